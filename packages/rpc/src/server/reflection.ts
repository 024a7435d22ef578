import type { ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { protoDirectory, protoFiles } from '@longshore/model';

/** A service of gRPC's own, to be put behind the same door as ours. */
export interface ForeignService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

/** Server reflection over the contract, so that grpcurl needs no files. */
export function reflectionServices(): readonly ForeignService[] {
  const contract = loadSync([...protoFiles], { keepCase: true, includeDirs: [protoDirectory] });
  const services: ForeignService[] = [];
  // Every entry carries the descriptors of all files, and the service decodes them entry by entry: with the 600 of
  // the contract that takes 1.6 s, with one of them 5 ms.
  const whole = Object.entries(contract).find(([, entry]) => 'fileDescriptorProtos' in entry);
  new ReflectionService(Object.fromEntries(whole ? [whole] : [])).addToServer({
    addService: (definition, implementation) => void services.push({ definition, implementation }),
  });
  return services;
}
