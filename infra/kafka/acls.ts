import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
} from '../../services/lib/kafka/kafkajs';
import rights from './acls.json';

/** One right as `acls.json` and Strimzi's KafkaUser have it; the pattern is literal unless it says prefix. */
export interface Right {
  type: 'topic' | 'group' | 'transactionalId' | 'cluster';
  name?: string;
  patternType?: 'literal' | 'prefix';
  operations: readonly string[];
}

export type Principal = keyof typeof rights;

/** What each principal may do, and no more: a service each, the set-up of topics, and the tools of people. */
export const principals = rights as Record<Principal, readonly Right[]>;

/** An access rule as kafkajs' `createAcls` takes it. */
export interface Acl {
  principal: string;
  host: string;
  resourceType: AclResourceTypes;
  resourceName: string;
  resourcePatternType: ResourcePatternTypes;
  operation: AclOperationTypes;
  permissionType: AclPermissionTypes;
}

const resourceTypes = {
  topic: AclResourceTypes.TOPIC,
  group: AclResourceTypes.GROUP,
  transactionalId: AclResourceTypes.TRANSACTIONAL_ID,
  cluster: AclResourceTypes.CLUSTER,
} as const;

const operations: Record<string, AclOperationTypes> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

/** `kafka-cluster` is the one name of that resource. */
const clusterName = 'kafka-cluster';

/** The rules of one principal; `user` is what it proves to be (its SASL name, or what the certificate's subject maps to). */
export function aclsOf(principal: Principal, user: string = principal): Acl[] {
  return principals[principal].flatMap(({ type, name, patternType, operations: allowed }) =>
    allowed.map((operation) => ({
      principal: `User:${user}`,
      host: '*',
      resourceType: resourceTypes[type],
      resourceName: type === 'cluster' ? clusterName : String(name),
      resourcePatternType: patternType === 'prefix' ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
      operation: operations[operation],
      permissionType: AclPermissionTypes.ALLOW,
    })),
  );
}

/** The same as arguments of Kafka's `kafka-acls.sh`, for whoever keeps rights with it. */
export function aclCommands(principal: Principal, user: string = principal): string[] {
  return principals[principal].map(({ type, name, patternType, operations: allowed }) => {
    const resource = type === 'cluster' ? '--cluster' : `--${options[type]} '${name}'`;
    const pattern = patternType === 'prefix' ? ' --resource-pattern-type prefixed' : '';
    const each = allowed.map((operation) => `--operation ${operation}`).join(' ');
    return `--add --allow-principal 'User:${user}' ${each} ${resource}${pattern}`;
  });
}

const options = { topic: 'topic', group: 'group', transactionalId: 'transactional-id' } as const;
