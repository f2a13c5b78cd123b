/** Batches of one key that are under way at once; what comes meanwhile gathers for the next. */
const AT_ONCE = 2;
/** Most of one batch: how long those in it wait for one another. */
const MOST = 64;

interface Queue<Item> {
  waiting: Item[];
  running: number;
}

/**
 * Gathers what arrives in one turn of the event loop, and while earlier batches are under way: the busier, the larger the batches
 * and the less each item costs. What comes alone leaves at the end of its turn.
 */
export class Batches<Item> {
  private readonly queues = new Map<string, Queue<Item>>();
  private scheduled = false;

  /** @param work what to do with a batch; it must not throw */
  constructor(private readonly work: (key: string, items: readonly Item[]) => Promise<void>) {}

  /** @param key items of one key share batches */
  add(key: string, item: Item): void {
    const queue = this.queues.get(key);
    if (queue) queue.waiting.push(item);
    else this.queues.set(key, { waiting: [item], running: 0 });
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      for (const [key, queue] of this.queues) this.start(key, queue);
    });
  }

  private start(key: string, queue: Queue<Item>): void {
    while (queue.waiting.length && queue.running < AT_ONCE) {
      const batch = queue.waiting.splice(0, MOST);
      queue.running++;
      void this.work(key, batch).finally(() => {
        queue.running--;
        this.start(key, queue);
      });
    }
    if (!queue.running) this.queues.delete(key);
  }
}
