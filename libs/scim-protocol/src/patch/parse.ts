import type { ClientProfile } from '../client-profile';
import { parsePath, type PathSyntax } from '../filter/parse';
import { resolveElementFilter } from '../filter/resolve';
import { isObject } from '../resource/coerce';
import { quotable } from '../resource/text';
import type { AttributePath, ResourceType } from '../schema/registry';
import { ENTERPRISE_URN } from '../schema/enterprise-user';
import type { Json, Schema } from '../schema/types';
import { type Operation, readOperations } from './message';
import { fault, nameOf, within } from './target';
import type { ParsedPatch, PatchStep } from './types';
import { type Assignment, assign, remove } from './value';

export interface PatchOptions {
  /** The resource's own id: a path-less value may repeat it even where readOnly members are rejected (catalogue K1, R50). */
  readonly id?: string;
}

/** Enough to tell an administrator what is not mapped; a hostile body cannot fill the log. */
const MAX_IGNORED = 50;

/**
 * Reads a PATCH body (RFC 7644 §3.5.2) against a resource type: every operation becomes steps with a resolved target and a
 * checked, canonically named value. Nothing is applied.
 *
 * Path-less values may have plain, dotted (`name.givenName`), URN (`urn:…:User:employeeNumber`) and value-path keys, and
 * whole extension blocks (catalogue EN-U4). Where a value means unassigned (null, [], ""), the step is a removal.
 *
 * @throws BadRequest invalidSyntax (envelope), invalidPath (R49, unknown attributes where the profile rejects them),
 *   invalidFilter, invalidValue, noTarget (R40), mutability (R43, R50); each says "Operation N: …"
 */
export function parsePatch(
  type: ResourceType,
  body: Json,
  profile: ClientProfile,
  options: PatchOptions = {},
): ParsedPatch {
  const reader = new PatchReader(type, profile, options);
  for (const operation of readOperations(body)) within(operation.number, () => reader.read(operation));
  return reader.result();
}

class PatchReader {
  private readonly steps: PatchStep[] = [];
  private readonly ignored: string[] = [];
  private password: string | undefined;

  constructor(
    private readonly type: ResourceType,
    private readonly profile: ClientProfile,
    private readonly options: PatchOptions,
  ) {}

  result(): ParsedPatch {
    const { steps, ignored, password } = this;
    return { steps, ignored, ...(password !== undefined && { password }) };
  }

  read(operation: Operation): void {
    const { path, value } = operation;
    if (path === undefined) {
      if (operation.op === 'remove') throw fault(operation.number, 'noTarget', 'a remove needs a path.');
      return this.members(operation, value);
    }
    this.at(operation, path, value, false);
  }

  /** Each member of a path-less value is an operation of its own; the core's URN may wrap them once. */
  private members(operation: Operation, value: Json | undefined, wrapped = false): void {
    if (!isObject(value)) {
      throw fault(operation.number, 'invalidValue', 'without a path the value must be an object of attributes.');
    }
    for (const key of Object.keys(value)) {
      if (wrapped && this.isCore(key)) this.unknown(operation, key);
      else this.at(operation, key, value[key], true);
    }
  }

  private isCore(path: string): boolean {
    return path.toLowerCase() === this.type.spec.schema.id.toLowerCase();
  }

  private at(operation: Operation, text: string, value: Json | undefined, pathless: boolean): void {
    const syntax: PathSyntax =
      pathless && !text.includes('[') ? { path: text } : parsePath(text, this.profile, 'the path');
    const target = this.resolve(syntax.path);
    if (!target) {
      if (!this.isCore(syntax.path)) return this.unknown(operation, text);
      // The core's URN alone stands for the resource itself.
      if (operation.op !== 'remove' && !syntax.filter) return this.members(operation, value, true);
      throw fault(operation.number, 'noTarget', 'the path names the whole resource; name an attribute of it.');
    }
    if ('extension' in target) {
      if (syntax.filter) throw fault(operation.number, 'invalidPath', 'brackets cannot follow an extension.');
      return this.extension(operation, target.extension, value);
    }
    this.attribute(operation, target, syntax, value, pathless, text);
  }

  private resolve(path: string) {
    const found = this.type.resolve(path);
    if (found || path.includes(':') || this.profile.bareStringManager !== 'wrap') return found;
    // Entra's older samples name the manager without its schema (catalogue EN-U6).
    return /^manager(\.|$)/i.test(path) ? this.type.resolve(`${ENTERPRISE_URN}:${path}`) : undefined;
  }

  /** K6: an attribute or a schema that nobody defined. */
  private unknown(operation: Operation, text: string): void {
    if (this.profile.unknownAttributes === 'reject') {
      const name = quotable(text);
      throw fault(operation.number, 'invalidPath', `${this.type.name} has no attribute or schema "${name}".`);
    }
    if (this.ignored.length < MAX_IGNORED) this.ignored.push(quotable(text));
  }

  /** A block's value is written attribute by attribute; only its removal is a step of its own. */
  private extension(operation: Operation, extension: Schema, value: Json | undefined): void {
    const clear = () => this.steps.push({ op: 'remove', operation: operation.number, target: { extension } });
    if (operation.op === 'remove') return void clear();
    if (value === undefined) throw fault(operation.number, 'invalidValue', 'the value is missing.');
    if (value === null || value === '' || (Array.isArray(value) && value.length === 0)) {
      if (operation.op === 'replace') clear();
      return;
    }
    if (!isObject(value)) throw fault(operation.number, 'invalidValue', `${extension.id} must be an object.`);
    if (operation.op === 'replace' && this.profile.complexReplace === 'whole') clear();
    for (const key of Object.keys(value)) this.at(operation, `${extension.id}:${key}`, value[key], true);
  }

  private attribute(
    operation: Operation,
    found: AttributePath,
    syntax: PathSyntax,
    value: Json | undefined,
    pathless: boolean,
    text: string,
  ): void {
    const { type, profile } = this;
    if (syntax.filter && found.sub) {
      throw fault(operation.number, 'invalidPath', 'brackets follow an attribute, not a sub-attribute.');
    }
    if (syntax.filter && !(found.attribute.multiValued && found.attribute.type === 'complex')) {
      const name = nameOf(found);
      throw fault(operation.number, 'invalidPath', `${name} has no values to choose from with brackets.`);
    }
    const sub = syntax.sub === undefined ? found.sub : type.subAttribute(found.attribute, syntax.sub);
    if (syntax.sub !== undefined && !sub) {
      // The filter is checked all the same: a fault in it is never taken for an unknown attribute.
      if (syntax.filter) resolveElementFilter(type, found.attribute, syntax.filter, profile);
      return this.unknown(operation, text);
    }
    const target: AttributePath = { ...found, sub };
    if (found.attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly') {
      return this.readOnly(operation, target, value, pathless);
    }
    const filter = syntax.filter && resolveElementFilter(type, found.attribute, syntax.filter, profile);
    const assignment: Assignment = {
      type,
      profile,
      operation: operation.number,
      target,
      filter,
      value,
      ignored: this.ignored,
    };
    if (found.schema === undefined && found.attribute.name === 'password') return this.secret(operation, value);
    this.steps.push(...(operation.op === 'remove' ? remove(assignment) : assign(operation.op, assignment)));
  }

  /** Okta repeats `id` in path-less values (catalogue OK-G4); anywhere else readOnly attributes are an error (R50). */
  private readOnly(operation: Operation, target: AttributePath, value: Json | undefined, pathless: boolean): void {
    if (pathless) {
      if (this.profile.readOnlyInPathlessValue === 'ignore') return;
      const ownId = target.schema === undefined && target.attribute.name === 'id' && value === this.options.id;
      if (ownId && value !== undefined) return;
    }
    throw fault(operation.number, 'mutability', `${nameOf(target)} is read-only; leave it out.`);
  }

  /** Never a step: steps are stored and logged. The messages do not repeat the value. */
  private secret(operation: Operation, value: Json | undefined): void {
    if (operation.op === 'remove') {
      throw fault(operation.number, 'mutability', 'the password can be changed but not removed.');
    }
    if (value === undefined) throw fault(operation.number, 'invalidValue', 'the value is missing.');
    // Empty values are pushed for unmapped attributes (catalogue OK-U9); they do not clear a password.
    if (value === null || value === '') return;
    if (typeof value !== 'string') throw fault(operation.number, 'invalidValue', 'the password must be a string.');
    this.password = value;
  }
}
