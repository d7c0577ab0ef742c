import { type Clock } from '../../util/clock.ts';
import { isRetriable } from '../errors.ts';
import { exponentialBackoffMs } from '../settings.ts';
import { within } from '../wait.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { type ProducerCluster } from './ports.ts';
import { asJavaError, javaErrorOf, timeout } from './producer-errors.ts';
import { type ProducerSettings } from './producer-settings.ts';
import { ProducerTopic } from './producer-topic.ts';
import { type RandomIndex } from './sticky-partition.ts';

export interface TopicDirectoryOptions {
  readonly settings: ProducerSettings;
  readonly cluster: ProducerCluster;
  readonly clock: Clock;
  readonly random: RandomIndex;
  /** Leaders may have changed: the sender should look again. */
  readonly wake: () => void;
}

/** The topics being written to, kept up to date: on demand, after errors, and every metadata.max.age.ms. */
export class TopicDirectory {
  private readonly options: TopicDirectoryOptions;
  private readonly topics = new Map<string, ProducerTopic>();
  private readonly opening = new Map<string, Promise<ProducerTopic>>();
  private refreshing: Promise<void> | null = null;
  private wanted = new Set<string>();
  private failures = 0;
  private nextRefreshMs = 0;
  private refreshedAtMs = 0;

  constructor(options: TopicDirectoryOptions) {
    this.options = options;
  }

  of(queue: PartitionQueue): ProducerTopic {
    return this.topics.get(queue.topic) as ProducerTopic;
  }

  /** A topic that was opened before, its age checked. */
  known(name: string): ProducerTopic | undefined {
    const topic = this.topics.get(name);
    const { clock, settings } = this.options;
    if (topic && clock.now() - this.refreshedAtMs > settings.metadataMaxAgeMs) this.refreshSoon(name);
    return topic;
  }

  /**
   * Waits for the topic's partitions, at most max.block.ms; brokers that create topics on demand do so. Throws JavaError:
   * TimeoutException, or what the cluster says against the topic or this client.
   */
  open(name: string): Promise<ProducerTopic> {
    const known = this.known(name);
    if (known) return Promise.resolve(known);
    // Records that wait for the same topic at the same time share one wait.
    let opening = this.opening.get(name);
    if (opening === undefined) {
      opening = this.find(name).finally(() => this.opening.delete(name));
      this.opening.set(name, opening);
    }
    return opening;
  }

  private async find(name: string): Promise<ProducerTopic> {
    const { clock, settings, cluster } = this.options;
    const deadlineMs = clock.now() + settings.maxBlockMs;
    const expired = (): Error => {
      const reason = cluster.topicError(name);
      const text = `Topic ${name} not present in metadata after ${settings.maxBlockMs} ms.`;
      return timeout(text, reason && javaErrorOf(reason.error));
    };
    for (let failures = 1; ; failures++) {
      try {
        await within(clock, deadlineMs - clock.now(), cluster.refresh([name]), expired);
      } catch (error) {
        if (!isRetriable(error)) throw asJavaError(error);
      }
      const topic = this.adopt(name);
      if (topic) return topic;
      const leftMs = deadlineMs - clock.now();
      const backoffMs = exponentialBackoffMs(settings.retryBackoffMs, settings.retryBackoffMaxMs, failures);
      await pause(clock, Math.min(backoffMs, leftMs));
      if (leftMs <= backoffMs) throw expired();
    }
  }

  /**
   * Asks for newer metadata, now or after a pause when that was done just now. Returns when to look again: never, while an answer is
   * on its way, since it wakes the sender.
   */
  refreshSoon(name: string): number {
    this.wanted.add(name);
    if (this.refreshing) return Number.POSITIVE_INFINITY;
    if (this.options.clock.now() < this.nextRefreshMs) return this.nextRefreshMs;
    this.refreshing = this.refresh().finally(() => {
      this.refreshing = null;
      this.options.wake();
    });
    return Number.POSITIVE_INFINITY;
  }

  private async refresh(): Promise<void> {
    const { cluster, clock, settings } = this.options;
    const names = [...new Set([...this.topics.keys(), ...this.wanted])];
    this.wanted.clear();
    try {
      await cluster.refresh(names);
      this.failures = 0;
      this.refreshedAtMs = clock.now();
    } catch {
      // Whoever depends on the answer waits within limits of his own; the next refresh comes after a longer pause.
      this.failures++;
    }
    const { retryBackoffMs, retryBackoffMaxMs } = settings;
    const pauses = Math.max(1, this.failures);
    this.nextRefreshMs = clock.now() + exponentialBackoffMs(retryBackoffMs, retryBackoffMaxMs, pauses);
    for (const name of names) if (this.topics.has(name)) this.adopt(name);
  }

  /** Takes the cluster's newest knowledge over; undefined when it has no partitions to offer. */
  private adopt(name: string): ProducerTopic | undefined {
    const { cluster, settings, random, clock } = this.options;
    const metadata = cluster.topic(name);
    const known = this.topics.get(name);
    if (metadata === undefined || metadata.leaders.length === 0) {
      const error = cluster.topicError(name)?.error;
      if (known) return known;
      if (error === 'INVALID_TOPIC_EXCEPTION') throw javaErrorOf(error, `Invalid topics: [${name}]`);
      if (error === 'TOPIC_AUTHORIZATION_FAILED') {
        throw javaErrorOf(error, `Not authorized to access topics: [${name}]`);
      }
      return undefined;
    }
    if (known) {
      known.update(metadata);
      return known;
    }
    const topic = new ProducerTopic(name, metadata, settings, random);
    this.topics.set(name, topic);
    this.refreshedAtMs = clock.now();
    return topic;
  }
}

function pause(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (delayMs <= 0) resolve();
    else clock.after(delayMs, resolve);
  });
}
