import { Check } from './checks';
import { Journal } from './journal';
import { Options } from './options';
import { Person } from './people';
import { Population } from './population';
import { Progress } from './progress';
import { Answer, Call, Transport } from './transport';

/** An answer together with whether it was what Okta needs. */
export interface Judged extends Answer {
  readonly ok: boolean;
}

/** A person whom the server knows, and what the server was last told about them. */
export interface Account {
  readonly person: Person;
  readonly id: string;
  active: boolean;
  title: string;
}

/** A pushed group, and who should be in it. */
export interface PushedGroup {
  readonly index: number;
  readonly id: string;
  readonly displayName: string;
  members: Set<string>;
}

/** What the steps of one run share. */
export class Session {
  /** By the person's index; a hole where the creation failed. */
  readonly accounts: (Account | undefined)[] = [];
  readonly groups: PushedGroup[] = [];
  /** The server created nobody and nothing new: an earlier run with this seed did. */
  linked = 0;
  stopped = false;

  constructor(
    readonly options: Options,
    readonly population: Population,
    readonly journal: Journal,
    readonly progress: Progress,
    private readonly transport: Pick<Transport, 'call'>,
  ) {}

  /** Sends a call, judges the answer, writes both down under the step's name. */
  async ask(step: string, call: Call, check: Check): Promise<Judged> {
    // The entry's clock starts with its first request, not with its first answer.
    this.journal.entry(step);
    const answer = await this.transport.call(call);
    const faults = answer.broken ? [answer.broken] : check(answer);
    this.journal.record(step, call, answer, faults);
    return { ...answer, ok: faults.length === 0 };
  }

  /** Runs a step over its items, a few at a time, and shows how far it is. */
  async step<T>(name: string, items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
    if (!items.length) return;
    const entry = this.journal.entry(name);
    this.progress.start(name, items.length);
    let next = 0;
    const worker = async (): Promise<void> => {
      for (let at = next++; at < items.length && !this.stopped; at = next++) {
        await work(items[at] as T);
        entry.items++;
        this.progress.advance();
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.options.concurrency, items.length) }, worker));
    this.progress.finish(entry.failed ? `${entry.failed} failed` : `ok, ${entry.items} done`);
  }

  /** The accounts of the people that the population says so about, those that exist. */
  those(which: (index: number) => boolean): Account[] {
    return this.accounts.filter((account): account is Account => account !== undefined && which(account.person.index));
  }
}
