declare module 'passport-http-bearer' {
  import type { Strategy as PassportStrategy } from 'passport';

  /** RFC 6750; the part of the package that is used here. */
  export class Strategy implements PassportStrategy {
    constructor(
      options: { realm?: string; passReqToCallback: true },
      verify: (request: object, token: string, done: (error: unknown, user?: unknown) => void) => void,
    );
    authenticate(request: { headers: { authorization?: string } }): void;
  }
}
