import { re2Complaint } from '../../util/re2-syntax.ts';

/** What is wrong with a subscription's regular expression, in RE2/J's words; null when brokers take it (KIP-848). */
export function validateRegex(expression: string): string | null {
  return re2Complaint(expression);
}
