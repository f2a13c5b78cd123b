/** Whoever may call a route: kinds of credentials, or everybody. */
export type Callers = readonly string[] | 'public';

/** What the OpenAPI document says besides the routes. */
export interface Surroundings {
  readonly publicUrl: string;
  readonly appName: string;
  /** Who may call a method of a controller. */
  callersOf(controller: object, handler: object): Callers;
}
