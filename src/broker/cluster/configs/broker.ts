import { defineConfigs } from '../../../util/config-definition.ts';
import { groupCoordinatorConfigs } from './broker-groups.ts';
import { brokerLogConfigs } from './broker-log.ts';
import { metricsConfigs } from './broker-metrics.ts';
import { networkConfigs } from './broker-network.ts';
import { nodeConfigs } from './broker-node.ts';
import { quorumConfigs } from './broker-quorum.ts';
import { remoteLogConfigs } from './broker-remote-log.ts';
import { replicationConfigs } from './broker-replication.ts';
import { brokerSecurityConfigs } from './broker-security.ts';
import { shareGroupConfigs } from './broker-share-groups.ts';
import { transactionConfigs } from './broker-transactions.ts';
import { verificationConfigs } from './broker-verification.ts';

/** Everything a server.properties may set, in the order in which Kafka checks it (kafka 4.x AbstractKafkaConfig). */
export const brokerConfigs = defineConfigs({
  ...remoteLogConfigs,
  ...nodeConfigs,
  ...networkConfigs,
  ...replicationConfigs,
  ...groupCoordinatorConfigs,
  ...brokerLogConfigs,
  ...shareGroupConfigs,
  ...transactionConfigs,
  ...quorumConfigs,
  ...metricsConfigs,
  ...brokerSecurityConfigs,
  ...verificationConfigs,
});

export type BrokerConfigs = ReturnType<typeof brokerConfigs.parse>;
