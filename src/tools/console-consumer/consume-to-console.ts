import {
  type Consumer,
  type ConsumerConfig,
  type FetchedRecords,
  type OffsetReset,
} from '../../client/consumer/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { toJavaError } from '../java-failures.ts';
import { openToolConsumer } from '../open-consumer.ts';
import { type Formatter } from './formatter.ts';
import { OutputChunks } from './output-chunks.ts';

/** What to read. Read late, as Java's tool does: after the consumer was made. */
export type Selection =
  | { readonly topic: string }
  | { readonly topic: string; readonly partition: number; readonly start: bigint | OffsetReset }
  /** A Java regular expression for whole names. */
  | { readonly include: string };

export interface ConsoleConsumerOptions {
  readonly properties: ReadonlyMap<string, string>;
  /** Whether `selection` will want a group. */
  readonly usesGroup: boolean;
  selection(): Selection;
  readonly formatter: Formatter;
  /** -1: no end. Read after subscribing. */
  maxMessages(): number;
  /** Since the last record; negative: for ever. */
  readonly timeoutMs: number;
  readonly skipsUnprintable: boolean;
  /** Give up on a cluster that cannot be reached after this long; absent: only `timeoutMs` counts. */
  readonly connectPatienceMs?: number | undefined;
  /** The consumer exists and is about to subscribe; `isClassic` tells the protocol of its group. */
  onSubscribing?(isClassic: boolean): void;
  /** A record could not be shown and was passed over. */
  onSkipped(error: JavaError): void;
}

export interface ConsoleConsumerResult {
  /** Records taken, those that could not be shown included. */
  readonly processed: number;
  readonly ended: 'limit' | 'timeout' | 'interrupted' | 'pipe-closed' | 'failed' | 'broken';
  /** With `timeout`, `failed` (reading) and `broken` (printing, late options). */
  readonly failure: JavaError | null;
  /** Partitions to read were found. */
  readonly wasReading: boolean;
}

const FOR_EVER_MS = 2 ** 40;
/** How long an interrupted run waits for a reader that takes nothing. */
const LAST_WRITE_MS = 2000;

/**
 * Prints records until the limit, the timeout, a signal or a closed pipe; commits what was printed. Failures while reading are
 * results; settings that cannot be used throw JavaError. Source: org.apache.kafka.tools.consumer.ConsoleConsumer.
 */
export async function consumeToConsole(
  options: ConsoleConsumerOptions,
  context: ToolContext,
): Promise<ConsoleConsumerResult> {
  const { properties, usesGroup, connectPatienceMs } = options;
  const toOpen = { clientId: 'console-consumer', usesGroup, connectPatienceMs };
  const { consumer, config } = await openToolConsumer(properties, toOpen, context);
  const run = new ConsoleRun(consumer, config, options, context);
  try {
    await run.begin(config.groupProtocol === 'classic');
  } catch (error) {
    await consumer.close({ commits: false });
    throw error;
  }
  return run.read();
}

class ConsoleRun {
  private readonly consumer: Consumer;
  private readonly options: ConsoleConsumerOptions;
  private readonly context: ToolContext;
  private readonly output: OutputChunks;
  private readonly excludesInternalTopics: boolean;
  private processed = 0;

  constructor(consumer: Consumer, config: ConsumerConfig, options: ConsoleConsumerOptions, context: ToolContext) {
    this.consumer = consumer;
    this.excludesInternalTopics = config.values.get('exclude.internal.topics');
    this.options = options;
    this.context = context;
    this.output = new OutputChunks(context.stdout, () => consumer.interrupt());
  }

  async begin(isClassic: boolean): Promise<void> {
    const { consumer, options } = this;
    if (options.usesGroup) options.onSubscribing?.(isClassic);
    const selection = options.selection();
    if ('start' in selection) {
      consumer.assign([selection]);
    } else if ('include' in selection) {
      if (selection.include === '') throw emptySelection('Topic pattern to subscribe to cannot be empty');
      const { javaPattern, matchesWhole } = await import('../../util/java-regex.ts');
      const pattern = javaPattern(selection.include);
      const isExcluded = (name: string) => this.excludesInternalTopics && isInternalTopic(name);
      consumer.subscribe((name) => !isExcluded(name) && matchesWhole(pattern, name));
    } else {
      if (selection.topic.trim() === '') {
        throw emptySelection('Topic collection to subscribe to cannot contain null or empty topic');
      }
      consumer.subscribe([selection.topic]);
    }
  }

  async read(): Promise<ConsoleConsumerResult> {
    const { consumer, context, output } = this;
    const interrupt = (): void => consumer.interrupt();
    context.signal.addEventListener('abort', interrupt, { once: true });
    if (context.signal.aborted) interrupt();
    let ended: ConsoleConsumerResult['ended'] = 'limit';
    let failure: JavaError | null = null;
    let wasReading = false;
    let mayCommit = true;
    try {
      ended = await this.readAll(this.readLimit());
      if (ended === 'timeout') failure = new JavaError('org.apache.kafka.common.errors.TimeoutException');
    } catch (error) {
      if (!(error instanceof RunFailure)) throw error;
      ended = error.ended;
      failure = error.failure;
    } finally {
      const refused = await this.closeFormatter();
      if (refused) ended = 'broken';
      failure ??= refused;
      mayCommit = await this.finishOutput();
      wasReading = consumer.isReading;
      context.signal.removeEventListener('abort', interrupt);
      await consumer.close({ commits: mayCommit });
      output.release();
    }
    return { processed: this.processed, ended, failure, wasReading };
  }

  private async closeFormatter(): Promise<JavaError | null> {
    try {
      await this.options.formatter.close?.();
      return null;
    } catch (error) {
      return toJavaError(error);
    }
  }

  private readLimit(): number {
    try {
      return this.options.maxMessages();
    } catch (error) {
      if (!(error instanceof JavaError)) throw error;
      throw new RunFailure('broken', error);
    }
  }

  private async readAll(maxMessages: number): Promise<ConsoleConsumerResult['ended']> {
    const { output, options, context } = this;
    const limit = maxMessages === -1 ? Number.POSITIVE_INFINITY : maxMessages;
    const timeoutMs = options.timeoutMs < 0 ? FOR_EVER_MS : options.timeoutMs;
    while (this.processed < limit) {
      const records = await this.poll(timeoutMs);
      if (records === null) return this.reasonToStop() ?? 'timeout';
      for (;;) {
        this.print(records, limit - this.processed);
        const isWaiting = output.isFull;
        // Whatever awaits below may commit: everything printed so far has to be on its way by then.
        output.flush();
        if (isWaiting) await Promise.race([output.drained(), aborted(context.signal)]);
        const reason = this.reasonToStop();
        if (reason) return reason;
        if (!isWaiting) break;
      }
    }
    return 'limit';
  }

  private reasonToStop(): 'pipe-closed' | 'interrupted' | null {
    if (this.output.isBroken) return 'pipe-closed';
    return this.context.signal.aborted ? 'interrupted' : null;
  }

  private async poll(timeoutMs: number): Promise<FetchedRecords | null> {
    try {
      return await this.consumer.poll(timeoutMs);
    } catch (error) {
      throw new RunFailure('failed', toJavaError(error));
    }
  }

  /** Prints until the records or the limit are used up, or the output is full. */
  private print(records: FetchedRecords, limit: number): void {
    const { formatter } = this.options;
    const { output } = this;
    const end = records.handedOut + limit;
    const before = records.handedOut;
    try {
      if (formatter.writeMany) formatter.writeMany(records, output, limit);
      else while (records.handedOut < end && !output.isFull && records.next()) this.printOne(formatter, records);
    } catch (error) {
      if (error instanceof RunFailure) throw error;
      // The records themselves cannot be read.
      throw new RunFailure('failed', toJavaError(error));
    } finally {
      this.processed += records.handedOut - before;
    }
  }

  private printOne(formatter: Formatter, records: FetchedRecords): void {
    try {
      formatter.write(records, this.output);
    } catch (error) {
      if (!(error instanceof JavaError)) throw error;
      if (!this.options.skipsUnprintable) throw new RunFailure('broken', error);
      this.options.onSkipped(error);
    }
  }

  /** Returns whether all that counts as printed has left; a reader that takes nothing is not waited for after a signal. */
  private async finishOutput(): Promise<boolean> {
    const { output, context } = this;
    const finished = output.finish();
    if (context.signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = context.clock.after(LAST_WRITE_MS, resolve);
      await Promise.race([finished, promise]);
      timer.cancel();
    } else await Promise.race([finished, aborted(context.signal)]);
    return output.isEmpty || output.isBroken;
  }
}

/** Ends the reading with a result instead of an exception. */
class RunFailure extends Error {
  readonly ended: 'failed' | 'broken';
  readonly failure: JavaError;

  constructor(ended: 'failed' | 'broken', failure: JavaError) {
    super(failure.message);
    this.ended = ended;
    this.failure = failure;
  }
}

function emptySelection(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
