/** A page of Prometheus metrics, read. */
export class MetricsText {
  /** By name of the metric: its type. */
  readonly types: ReadonlyMap<string, string>;
  private readonly samples: readonly { readonly name: string; readonly labels: string; readonly value: number }[];

  constructor(readonly text: string) {
    const lines = text.split('\n');
    this.types = new Map(
      lines.flatMap((line) => (line.startsWith('# TYPE ') ? [line.split(' ').slice(2) as [string, string]] : [])),
    );
    this.samples = lines.flatMap((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return name === undefined ? [] : [{ name, labels, value: Number(value) }];
    });
  }

  static async of(apiUrl: string): Promise<MetricsText> {
    const answer = await fetch(`${apiUrl}/metrics`);
    if (answer.status !== 200) throw new Error(`/metrics answered ${answer.status}.`);
    return new MetricsText(await answer.text());
  }

  /** The sum of the samples of that name that have all these labels. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const found = this.samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([key, value]) => sample.labels.includes(`${key}="${value}"`)),
    );
    return found.length ? found.reduce((sum, { value }) => sum + value, 0) : undefined;
  }
}
