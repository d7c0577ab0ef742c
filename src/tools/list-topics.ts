export { findTopics } from './topics/find-topics.ts';
