import { agentProtocol, clientException, type ProtocolVersion } from '@longshore/model';

/** Throws ClientException that names which side to upgrade. */
export function checkProtocol(theirs: ProtocolVersion | undefined, agentVersion: string): void {
  const { major, minor } = theirs ?? { major: 0, minor: 0 };
  if (major === agentProtocol.major && Math.abs(minor - agentProtocol.minor) <= 1) return;
  const older = major < agentProtocol.major || (major === agentProtocol.major && minor < agentProtocol.minor);
  throw clientException(
    `agent ${agentVersion} speaks protocol ${major}.${minor}, this server ` +
      `${agentProtocol.major}.${agentProtocol.minor}: upgrade the ${older ? 'agent' : 'server'}`,
  );
}
