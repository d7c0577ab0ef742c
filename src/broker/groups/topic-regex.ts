import { KafkaError } from '../../protocol/errors.ts';
import { Re2, Re2TooLargeError } from '../../util/re2.ts';
import { re2Complaint } from '../../util/re2-syntax.ts';

/** Work on one resolution of an expression: about a second. Topics' names are looked at in one go, so it has to end. */
const MAX_STEPS = 10_000_000;

/** The record of a resolved expression has no room for more; Kafka answers UNKNOWN_SERVER_ERROR then. */
const MAX_EXPRESSION_BYTES = 32_767;

/** A subscribed expression: whole names of topics match or do not. */
export interface TopicRegex {
  /** Throws INVALID_REGULAR_EXPRESSION when the names so far have cost too much. */
  matches(topic: string): boolean;
}

/**
 * An expression in RE2's syntax, matched in linear time. Throws INVALID_REGULAR_EXPRESSION in Kafka's words, and in our own
 * for those of a size that Kafka would try in spite of it.
 */
export function topicRegex(expression: string): TopicRegex {
  if (Buffer.byteLength(expression) > MAX_EXPRESSION_BYTES) throw invalid(expression, 'too long');
  const complaint = re2Complaint(expression);
  if (complaint !== null) throw invalid(expression, complaint);
  const pattern = compile(expression);
  return {
    matches(topic) {
      if (pattern.steps > MAX_STEPS) throw invalid(expression, 'matching it takes too long');
      return pattern.matches(topic);
    },
  };
}

function compile(expression: string): Re2 {
  try {
    return new Re2(expression);
  } catch (error) {
    if (error instanceof Re2TooLargeError) throw invalid(expression, `too large, ${error.message}`);
    throw error;
  }
}

function invalid(expression: string, complaint: string): KafkaError {
  const text = `SubscribedTopicRegex \`${expression}\` is not a valid regular expression: ${complaint}.`;
  return new KafkaError('INVALID_REGULAR_EXPRESSION', text);
}
