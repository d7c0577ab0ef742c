import { JavaError } from '../../util/java-error.ts';
import { type Cluster } from '../cluster.ts';
import { type MetadataAnswer } from '../metadata.ts';

/** Named topics, or every topic whose name is wanted. */
export type TopicSelection = readonly string[] | ((name: string) => boolean);

const ERRORS = 'org.apache.kafka.common.errors';

/** Keeps the metadata of a consumer's topics fresh, and knows which of them exist. */
export class TopicWatch {
  private readonly cluster: Cluster;
  private readonly selection: TopicSelection;
  private readonly mayCreate: boolean;
  private isStale = true;
  private dueMs = 0;
  /** Wanted topics that exist, sorted. */
  existing: readonly string[] = [];

  constructor(cluster: Cluster, selection: TopicSelection, mayCreate: boolean) {
    this.cluster = cluster;
    this.selection = selection;
    this.mayCreate = mayCreate;
  }

  markStale(): void {
    this.isStale = true;
  }

  /** How long the present knowledge may serve. */
  get restMs(): number {
    return this.isStale ? 0 : Math.max(0, this.dueMs - this.cluster.clock.now());
  }

  /** Named topics that are not there yet. */
  get isIncomplete(): boolean {
    return typeof this.selection !== 'function' && this.existing.length < this.selection.length;
  }

  /** Asks if something is stale or old. Throws JavaError for topics that will never be there, and what `refresh` throws. */
  async refresh(): Promise<void> {
    if (this.restMs > 0) return;
    const { cluster, selection } = this;
    const isPattern = typeof selection === 'function';
    this.isStale = false;
    try {
      const answer = await cluster.metadata.refresh(isPattern ? 'all' : selection, {
        allowAutoTopicCreation: this.mayCreate && !isPattern,
      });
      this.dueMs = cluster.clock.now() + cluster.settings.metadataMaxAgeMs;
      this.accept(answer);
    } catch (error) {
      this.isStale = true;
      throw error;
    }
  }

  private accept({ topics }: MetadataAnswer): void {
    const { selection } = this;
    const withError = (error: string) => topics.filter((one) => one.error === error).map((one) => one.name);
    const invalid = withError('INVALID_TOPIC_EXCEPTION');
    if (invalid.length > 0) {
      const text = `Invalid topics: [${invalid.join(', ')}]`;
      throw new JavaError(`${ERRORS}.InvalidTopicException`, text);
    }
    const forbidden = withError('TOPIC_AUTHORIZATION_FAILED');
    if (forbidden.length > 0 && typeof selection !== 'function') {
      const text = `Not authorized to access topics: [${forbidden.join(', ')}]`;
      throw new JavaError(`${ERRORS}.TopicAuthorizationException`, text);
    }
    const names = topics.filter((one) => one.error === 'NONE').map((one) => one.name);
    this.existing = (typeof selection === 'function' ? names.filter(selection) : names).sort();
    if (this.isIncomplete) this.isStale = true;
  }
}
