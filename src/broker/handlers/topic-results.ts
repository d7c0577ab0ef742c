import { type Uuid } from '../../protocol/primitives.ts';

interface TopicResult<P> {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: P[];
}

/** Collects partition results by topic in the order they become known: refused ones first, as Kafka answers. */
export class TopicResults<P> {
  private readonly byKey = new Map<string, TopicResult<P>>();

  add({ name, topicId }: { name: string; topicId: Uuid }, partition: P): void {
    const key = `${name} ${topicId}`;
    const topic = this.byKey.get(key) ?? { name, topicId, partitions: [] };
    this.byKey.set(key, topic);
    topic.partitions.push(partition);
  }

  get topics(): TopicResult<P>[] {
    return [...this.byKey.values()];
  }
}
