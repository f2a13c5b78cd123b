import type { FaultLog } from '../http';

export type Library = typeof import('oidc-provider');

/**
 * The authorization-server library, loaded when OAuth is first used: it takes about half a second, which a start does not wait for.
 * It says on the console what it thinks of its surroundings (such as that it would rather have a newer Node); our log takes that.
 */
export async function loadLibrary(faults: FaultLog): Promise<Library> {
  const { warn } = console;
  console.warn = (said: unknown) => faults.log(String(said), 'oauth');
  try {
    // Node has it from 22.1 and 20.20 on.
    const url = URL as { parse?: (text: string) => URL | null };
    url.parse ??= (text) => (URL.canParse(text) ? new URL(text) : null);
    return await import('oidc-provider');
  } finally {
    console.warn = warn;
  }
}
