import { type Family, type Sample } from '../../util/exposition.ts';
import { type Answer, type AnswerRequest } from '../net/index.ts';

const BUCKETS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** One API key at one version. */
class RequestMeter {
  count = 0;
  refused = 0;
  requestBytes = 0;
  responseBytes = 0;
  seconds = 0;
  readonly buckets = new Float64Array(BUCKETS_SECONDS.length);
  readonly labels: { readonly request: string; readonly version: number };

  constructor(request: string, version: number) {
    this.labels = { request, version };
  }

  record(answer: Answer, requestBytes: number, seconds: number): void {
    this.count++;
    this.requestBytes += requestBytes;
    this.seconds += seconds;
    // Each bucket holds what no smaller one does; they are summed up when somebody asks.
    const at = BUCKETS_SECONDS.findIndex((limit) => seconds <= limit);
    if (at >= 0) this.buckets[at] = (this.buckets[at] as number) + 1;
    if (answer === 'close-connection') this.refused++;
    if (typeof answer === 'string') return;
    for (const part of answer) this.responseBytes += part.length;
  }
}

/** Counts requests on their way through: how many, how long from the whole frame to the answer, how large. */
export class RequestMeters {
  private readonly meters = new Map<number, RequestMeter>();
  private readonly apiName: (key: number) => string;

  constructor(apiName: (key: number) => string) {
    this.apiName = apiName;
  }

  measured(answerRequest: AnswerRequest): AnswerRequest {
    return (frame, connection) => {
      if (frame.length < 4) return answerRequest(frame, connection);
      const meter = this.meterOf(frame.readInt16BE(0), frame.readInt16BE(2));
      // The frame's memory may be somebody else's when the answer is there.
      const { length } = frame;
      const begin = performance.now();
      const answer = answerRequest(frame, connection);
      const record = (given: Answer): Answer => {
        meter.record(given, length, (performance.now() - begin) / 1000);
        return given;
      };
      return answer instanceof Promise ? answer.then(record) : record(answer);
    };
  }

  families(): Family[] {
    const all = [...this.meters.values()];
    const each = (value: (meter: RequestMeter) => number): Sample[] =>
      all.map((meter) => ({ labels: meter.labels, value: value(meter) }));
    const counter = (name: string, help: string, value: (meter: RequestMeter) => number): Family => ({
      name: `kafka_network_${name}`,
      type: 'counter',
      help,
      samples: each(value),
    });
    return [
      counter('requests_total', 'Requests answered.', ({ count }) => count),
      counter('refused_requests_total', 'Requests answered by closing the connection.', ({ refused }) => refused),
      counter('request_bytes_total', 'Size of the requests.', ({ requestBytes }) => requestBytes),
      counter('response_bytes_total', 'Size of the responses.', ({ responseBytes }) => responseBytes),
      {
        name: 'kafka_network_request_time_seconds',
        type: 'histogram',
        help: 'Time from the whole request to its response, long polls included.',
        samples: this.timeSamples(),
      },
    ];
  }

  private *timeSamples(): Iterable<Sample> {
    const byRequest = Map.groupBy(this.meters.values(), ({ labels }) => labels.request);
    for (const [request, meters] of byRequest) {
      let count = 0;
      for (const [at, limit] of BUCKETS_SECONDS.entries()) {
        for (const { buckets } of meters) count += buckets[at] as number;
        yield { suffix: '_bucket', labels: { request, le: limit }, value: count };
      }
      const total = meters.reduce((sum, meter) => sum + meter.count, 0);
      yield { suffix: '_bucket', labels: { request, le: '+Inf' }, value: total };
      yield { suffix: '_sum', labels: { request }, value: meters.reduce((sum, { seconds }) => sum + seconds, 0) };
      yield { suffix: '_count', labels: { request }, value: total };
    }
  }

  private meterOf(key: number, version: number): RequestMeter {
    // What a stranger sends as a key or a version must not make this map grow.
    const name = this.apiName(key);
    const isKnown = name !== '' && version >= 0 && version < 32;
    const slot = isKnown ? key * 32 + version : -1;
    let meter = this.meters.get(slot);
    if (meter === undefined) {
      meter = isKnown ? new RequestMeter(name, version) : new RequestMeter('unknown', -1);
      this.meters.set(slot, meter);
    }
    return meter;
  }
}
