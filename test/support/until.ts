import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition. @throws Error after `ms`, with what was wanted */
export async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  for (const deadline = Date.now() + ms; !(await condition()); await delay(5))
    if (Date.now() > deadline) throw new Error(`Waited ${ms} ms in vain until ${what}.`);
}
