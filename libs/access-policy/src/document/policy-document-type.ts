/** What is wrong with a document, or worth knowing about it. */
export interface Finding {
  /** JSON pointer (RFC 6901); empty for the whole. */
  readonly pointer: string;
  /** A plain sentence, without its subject where that is what the pointer names: `must be a list`. */
  readonly detail: string;
}

/** What a document is checked against besides itself. */
export interface Surroundings {
  /** The application that is provisioned (contract §1, APP_NAME). */
  readonly appName: string;
  /** The tenant's other documents as they are in force, by name. */
  readonly documents: Readonly<Record<string, unknown>>;
  /** Keys of the workspaces that the application registered. */
  readonly workspaces: readonly string[];
}

/** One kind of policy document (contract §5): a folder under documents/ and a line in its index. */
export interface PolicyDocumentType<T = unknown> {
  /** As in the path: `group_mappings`. */
  readonly name: string;
  /** One sentence for the API's description and for `GET /config`. */
  readonly about: string;
  /** True when putting it can change somebody's access or roles. */
  readonly decidesAccess: boolean;
  /**
   * JSON Schema 2020-12 of the bare document, with `title`, `description` and `examples`. The title of an object's schema
   * is what a fault calls it ("is not a key of a group mapping"); where a sentence made of the keyword would be no help, as
   * with a pattern, `x-fault` says it: "must be a duration such as P30D or 30_days".
   * @param appName names keys such as `<APP_NAME>_role`
   */
  schema(appName: string): object;
  /** Faults and warnings that no schema can say, such as a circle. Called only with what fits the schema. */
  check(document: T, surroundings: Surroundings): { faults: Finding[]; warnings: Finding[] };
}
