import { measures } from './measures';
import { helpText, type Options, readOptions } from './options';
import { printProfiles } from './profile';
import { progress } from './progress';
import { Stage } from './stage';
import { type Row, table } from './table';

/** Runs the chosen measures one after the other. One that fails is reported and costs the others nothing. */
async function run(options: Options): Promise<boolean> {
  const known = new Set(measures.map((m) => m.name));
  const strange = options.only.filter((name) => !known.has(name));
  if (strange.length) throw new TypeError(`--only: there is no measure ${strange.join(', ')}; --help lists them.`);
  const chosen = measures.filter(({ name, long }) =>
    options.only.length ? options.only.includes(name) : !long || options.long,
  );
  const rows: Row[] = [];
  let failed = false;
  const stage = await Stage.open(options);
  const interrupted = () => void stage.close().finally(() => process.exit(130));
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    for (const measure of chosen) {
      progress(`${measure.name}: ${measure.about}`);
      try {
        rows.push(...(await measure.run(stage)));
      } catch (error) {
        failed = true;
        progress(`${measure.name} failed: ${(error as Error).message}`);
      }
    }
  } finally {
    await stage.close();
  }
  if (options.profile !== undefined) printProfiles(options.profile);
  if (rows.length) process.stdout.write(table(rows));
  return !failed;
}

async function main(): Promise<void> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options.help) process.stdout.write(helpText(measures));
    else process.exitCode = (await run(options)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}

void main();
