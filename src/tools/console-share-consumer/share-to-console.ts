import { AcknowledgeType, type ShareConsumer, type ShareRecords } from '../../client/share-consumer/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type Formatter } from '../console-consumer/formatter.ts';
import { OutputChunks } from '../console-consumer/output-chunks.ts';
import { toJavaError } from '../java-failures.ts';
import { openShareConsumer } from '../open-share-consumer.ts';

export interface ShareConsoleOptions {
  readonly properties: ReadonlyMap<string, string>;
  readonly topic: string;
  readonly formatter: Formatter;
  /** What becomes of records that were printed. */
  readonly acknowledgeType: AcknowledgeType;
  /** Reject what cannot be printed instead of ending. */
  readonly rejectsUnprintable: boolean;
  /** Since the last record; negative: for ever. Read before the consumer is made. */
  timeoutMs(): number;
  /** -1: no end. Read once it is there. */
  maxMessages(): number;
  onRejected(error: JavaError): void;
  readonly connectPatienceMs?: number | undefined;
}

export interface ShareConsoleResult {
  /** Records taken, those that could not be printed included. */
  readonly processed: number;
  readonly ended: 'limit' | 'timeout' | 'interrupted' | 'pipe-closed' | 'failed' | 'broken';
  /** With `timeout`, `failed` (reading) and `broken` (printing, late options). */
  readonly failure: JavaError | null;
}

const FOR_EVER_MS = 2 ** 40;

/**
 * Prints records of a share group and acknowledges each, until the limit, the timeout, a signal or a closed pipe. Failures while
 * reading are results; settings that cannot be used throw JavaError. Source: org.apache.kafka.tools.consumer.ConsoleShareConsumer.
 */
export async function shareToConsole(options: ShareConsoleOptions, context: ToolContext): Promise<ShareConsoleResult> {
  const timeoutMs = options.timeoutMs();
  const { topic, connectPatienceMs } = options;
  if (topic.trim() === '') {
    throw new JavaError(
      'java.lang.IllegalArgumentException',
      'Topic collection to subscribe to cannot contain null or empty topic',
    );
  }
  const toOpen = { topics: [topic], clientId: 'console-share-consumer', connectPatienceMs };
  const { consumer } = await openShareConsumer(options.properties, toOpen, context);
  const run = new ShareRun(consumer, options, context);
  return run.read(timeoutMs < 0 ? FOR_EVER_MS : timeoutMs);
}

class ShareRun {
  private readonly consumer: ShareConsumer;
  private readonly options: ShareConsoleOptions;
  private readonly context: ToolContext;
  private readonly output: OutputChunks;
  private current: ShareRecords | null = null;
  private processed = 0;

  constructor(consumer: ShareConsumer, options: ShareConsoleOptions, context: ToolContext) {
    this.consumer = consumer;
    this.options = options;
    this.context = context;
    this.output = new OutputChunks(context.stdout, () => consumer.interrupt());
  }

  async read(timeoutMs: number): Promise<ShareConsoleResult> {
    const { consumer, context, output } = this;
    const interrupt = (): void => consumer.interrupt();
    context.signal.addEventListener('abort', interrupt, { once: true });
    if (context.signal.aborted) interrupt();
    let ended: ShareConsoleResult['ended'] = 'limit';
    let failure: JavaError | null = null;
    try {
      consumer.start();
      ended = await this.readAll(timeoutMs, this.options.maxMessages());
      if (ended === 'timeout') failure = new JavaError('org.apache.kafka.common.errors.TimeoutException');
    } catch (error) {
      ended = error instanceof ReadFailure ? 'failed' : 'broken';
      failure = toJavaError(error instanceof ReadFailure ? error.cause : error);
    } finally {
      await output.finish();
      if (this.current) consumer.releaseRest(this.current);
      context.signal.removeEventListener('abort', interrupt);
      await consumer.close();
      await this.options.formatter.close?.();
      output.release();
    }
    return { processed: this.processed, ended, failure };
  }

  private async readAll(timeoutMs: number, maxMessages: number): Promise<ShareConsoleResult['ended']> {
    const { consumer, output } = this;
    const limit = maxMessages === -1 ? Number.POSITIVE_INFINITY : maxMessages;
    while (this.processed < limit) {
      this.current ??= await this.poll(timeoutMs);
      if (this.current === null) return this.reasonToStop() ?? 'timeout';
      while (this.processed < limit) {
        if (!this.current.next()) {
          this.current = consumer.more();
          if (this.current === null) break;
          continue;
        }
        this.processed++;
        this.print(this.current);
        if (output.isFull) await output.drained();
        const reason = this.reasonToStop();
        if (reason) return reason;
      }
      output.flush();
      const reason = this.reasonToStop();
      if (reason) return reason;
    }
    return 'limit';
  }

  private async poll(timeoutMs: number): Promise<ShareRecords | null> {
    try {
      return await this.consumer.poll(timeoutMs);
    } catch (error) {
      throw new ReadFailure('', { cause: error });
    }
  }

  private print(records: ShareRecords): void {
    const { formatter, acknowledgeType, rejectsUnprintable, onRejected } = this.options;
    try {
      formatter.write(records, this.output);
      this.consumer.acknowledge(records, acknowledgeType);
    } catch (error) {
      if (!(error instanceof JavaError) || !rejectsUnprintable) throw error;
      onRejected(error);
      this.consumer.acknowledge(records, AcknowledgeType.REJECT);
    }
  }

  private reasonToStop(): 'pipe-closed' | 'interrupted' | null {
    if (this.output.isBroken) return 'pipe-closed';
    return this.context.signal.aborted ? 'interrupted' : null;
  }
}

/** Not a failure of the output: the cause came from the cluster. */
class ReadFailure extends Error {}
