import { atLeast, boolean, int, list } from '../../../util/config-definition.ts';
import { quorumBootstrapServers, quorumVoters } from './validators.ts';

/** The controller quorum. */
export const quorumConfigs = {
  'controller.quorum.voters': list({ default: '', validator: quorumVoters, importance: 'high' }),
  'controller.quorum.bootstrap.servers': list({ default: '', validator: quorumBootstrapServers, importance: 'high' }),
  'controller.quorum.election.timeout.ms': int({ default: 1000, validator: atLeast(0), importance: 'high' }),
  'controller.quorum.fetch.timeout.ms': int({ default: 2000, validator: atLeast(0), importance: 'high' }),
  'controller.quorum.election.backoff.max.ms': int({ default: 1000, validator: atLeast(0), importance: 'high' }),
  'controller.quorum.append.linger.ms': int({ default: 25, validator: atLeast(0) }),
  'controller.quorum.request.timeout.ms': int({ default: 2000, validator: atLeast(0) }),
  'controller.quorum.retry.backoff.ms': int({ default: 20, validator: atLeast(0), importance: 'low' }),
  'controller.quorum.auto.join.enable': boolean({ default: false, importance: 'low' }),
  'controller.quorum.fetch.snapshot.max.bytes': int({ default: 1048576, validator: atLeast(1), importance: 'low' }),
  'controller.quorum.fetch.max.bytes': int({ default: 1048576, validator: atLeast(1), importance: 'low' }),
};
