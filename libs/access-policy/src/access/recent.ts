/**
 * Remembers what was asked for lately, up to a weight: half of it is young, half old; what is asked for stays young, and when the young
 * half is full the old half goes. So memory stays flat and nothing that is in use is computed twice in a row.
 */
export class Recent<K, V> {
  private young = new Map<K, V>();
  private old = new Map<K, V>();
  private weight = 0;

  constructor(
    private readonly most: number,
    private readonly weightOf: (value: V) => number,
  ) {}

  get(key: K, make: (key: K) => V): V {
    const found = this.young.get(key);
    if (found !== undefined) return found;
    const value = this.old.get(key) ?? make(key);
    const weight = this.weightOf(value);
    if (this.weight + weight > this.most / 2) {
      this.old = this.young;
      this.young = new Map();
      this.weight = 0;
    }
    this.young.set(key, value);
    this.weight += weight;
    return value;
  }
}
