import type { Access, AccessStatus, Decision, DecisionContext, DecisionReason, Place, Source } from './access';
import { accessOf, type Held } from './held';
import { type Holding, stepUpBits, stepUpsOf } from './statement';
import type { WorkspaceIndex } from './workspace-index';

/** Permissions whose holdings are remembered; their names come from whoever asks. */
const MOST_REMEMBERED = 256;

const refusal = (reason: DecisionReason): Decision =>
  Object.freeze({ decision: false, reason, sources: Object.freeze([]) });
const NO_SOURCE = refusal('no_source');
const NOT_IN_WORKSPACE = refusal('not_in_workspace');
const UNKNOWN_RESOURCE = refusal('unknown_resource');
const BY_STATUS = { staged: refusal('user_staged'), inactive: refusal('user_inactive') };

/** Answers every question about one person as of one moment. Immutable but for what it remembers. */
export class PersonDecider {
  private readonly giving = new Map<string, readonly Holding[]>();

  constructor(
    private readonly held: Held,
    private readonly index: WorkspaceIndex,
  ) {}

  get status(): AccessStatus {
    return this.held.status;
  }

  /** Until when the answers hold if nothing else changes, in ms since the epoch; Infinity when they do not end by themselves. */
  get validUntil(): number {
    return this.held.validUntil;
  }

  /** The whole, with the reason of each thing. */
  access(): Access {
    return accessOf(this.held, this.index);
  }

  /**
   * May they do this, there, now?
   * @param context what the application knows of the session; a permission that requires more is refused with `stepUp`
   */
  decide(permission: string, place: Place, context?: DecisionContext): Decision {
    const { status, assigned } = this.held;
    if (status !== 'active') return BY_STATUS[status];
    const giving = this.givers(permission);
    if (!giving.length) return NO_SOURCE;

    const { kind } = place;
    const outside = kind === 'other' || place.workspace === undefined || !this.index.has(place.workspace);
    const workspace = outside ? undefined : place.workspace;
    const project = kind === 'project' || kind === 'content' ? place.project : undefined;
    const there = giving.filter(({ statement }) => statement.scope.holdsAt(workspace, project, assigned));
    if (!there.length) return workspace === undefined && project === undefined ? UNKNOWN_RESOURCE : NOT_IN_WORKSPACE;

    const lacking = ~stepUpBits(context);
    const met = there.filter(({ statement }) => !(statement.requires & lacking));
    if (met.length) return { decision: true, reason: 'granted', sources: sourcesOf(met) };
    // One requirement is one bit and both are more than either, so the least number lacks least.
    const least = Math.min(...there.map(({ statement }) => statement.requires & lacking));
    return { decision: false, reason: 'step_up_required', sources: sourcesOf(there), stepUp: stepUpsOf(least) };
  }

  private givers(permission: string): readonly Holding[] {
    const known = this.giving.get(permission);
    if (known) return known;
    const found = this.held.holdings.filter(({ statement }) => statement.gives(permission));
    if (this.giving.size >= MOST_REMEMBERED) this.giving.clear();
    this.giving.set(permission, found);
    return found;
  }
}

/** Each source once: one may give a permission by several statements. */
function sourcesOf(holdings: readonly Holding[]): Source[] {
  return holdings.length === 1 ? [holdings[0]!.source] : [...new Set(holdings.map(({ source }) => source))];
}
