import { JavaError } from '../util/java-error.ts';
import { javaPattern, matchesWhole } from '../util/java-regex.ts';
import { isInternalTopic } from './internal-topics.ts';

export type TopicFilter = (topic: string) => boolean;

/**
 * Topics by a Java regular expression over the whole name; commas separate alternatives, blanks and outer quotes do not count.
 * Throws JavaError. Source: org.apache.kafka.server.util.TopicFilter.
 */
export function includeList(rawRegex: string, excludesInternal: boolean): TopicFilter {
  const regex = rawRegex
    .trim()
    .replaceAll(',', '|')
    .replaceAll(' ', '')
    .replace(/^["']+/, '')
    .replace(/["']+$/, '');
  const pattern = compile(regex);
  return (topic) => matchesWhole(pattern, topic) && !(excludesInternal && isInternalTopic(topic));
}

function compile(regex: string): RegExp {
  try {
    return javaPattern(regex);
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    throw new JavaError('java.lang.RuntimeException', `${regex} is an invalid regex.`);
  }
}
