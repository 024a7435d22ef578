import { fromTimestamp, toJson, type WatchEventsRequest, type WatchEventsResponse } from '@longshore/model';
import { Command, InvalidArgumentError } from 'commander';
import { type Cli, clusterOf, formatOf } from '../cli.js';
import { isAway } from '../operations/wait.js';
import { print } from '../output/print.js';
import { table } from '../output/table.js';
import { idOf, shortId } from '../output/units.js';
import { listServices } from '../reading/cluster.js';
import { timesForPeople } from '../words/times.js';

interface EventOptions {
  readonly follow?: boolean;
  readonly after?: number;
}

/** `events`: what services did lately; `--follow`: every state change as it comes. */
export function eventsCommand(cliOf: () => Cli): Command {
  return new Command('events')
    .description('the last events of services; --follow shows every state change as it comes')
    .option('-f, --follow', 'tasks, services, instances and deployments, until Ctrl-C')
    .option('--after <revision>', 'with --follow: go on after this revision', revision)
    .addHelpText(
      'after',
      '\nExamples:\n  $ longshore events\n  $ longshore events --follow\n  $ longshore events --follow --output json | jq \'.["detail-type"]\'',
    )
    .action((options: EventOptions) => (options.follow ? follow(cliOf(), options.after) : recent(cliOf())));
}

async function recent(cli: Cli): Promise<void> {
  const gateway = await cli.gateway();
  const services = await listServices(gateway, clusterOf(cli));
  const events = services
    .flatMap((s) => (s.events ?? []).map((e) => ({ service: s.serviceName ?? '', ...e })))
    .map(({ service, createdAt, message = '' }) => ({
      createdAt: createdAt ? new Date(fromTimestamp(createdAt)).toISOString() : '',
      service,
      message,
    }))
    .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt));
  print(cli, { events }, () =>
    events.length === 0
      ? 'no events of services; --follow shows every state change\n'
      : table(events, [
          { head: 'time', of: (e) => e.createdAt },
          { head: 'event', of: (e) => e.message },
        ]),
  );
}

/** Goes on after the last revision when the server restarts or the link breaks. */
async function follow(cli: Cli, after: number | undefined): Promise<void> {
  const gateway = await cli.gateway();
  let last = after;
  while (!cli.signal.aborted) {
    const request: WatchEventsRequest = {
      cluster: clusterOf(cli),
      ...(last !== undefined && { afterRevision: last }),
    };
    try {
      for await (const event of gateway.events(request, cli.signal)) {
        last = event.revision ?? last;
        show(cli, event);
      }
    } catch (thrown) {
      if (!isAway(thrown)) throw thrown;
    }
    await cli.clock.sleep(1000, cli.signal);
  }
}

function show(cli: Cli, event: WatchEventsResponse): void {
  if (formatOf(cli) === 'table') {
    cli.terminal.out(`${lineOf(event)}\n`);
    return;
  }
  cli.terminal.out(`${JSON.stringify(eventBridgeOf(event))}\n`);
}

/** The event as EventBridge delivers it to a rule's target, with the revision to go on after. */
export function eventBridgeOf(event: WatchEventsResponse): unknown {
  const json = timesForPeople('WatchEventsResponse', toJson('WatchEventsResponse', event)) as Readonly<
    Record<string, unknown>
  >;
  const {
    revision: at,
    gap,
    time,
    version,
    id,
    detailType,
    source,
    account,
    region,
    resources,
    clusterArn,
  } = json;
  if (gap === true) return { revision: at, gap, time };
  const detail = { task: json['task'], instance: json['containerInstance'] };
  const changed = detail.task ?? (detail.instance && { ...detail.instance, clusterArn });
  return {
    version,
    id,
    'detail-type': detailType,
    source,
    account,
    time,
    region,
    resources,
    detail: changed
      ? { ...changed, updatedAt: time }
      : (json['serviceAction'] ?? json['deploymentStateChange']),
    revision: at,
  };
}

/** One event in one line. */
export function lineOf(event: WatchEventsResponse): string {
  const time = event.time ? new Date(fromTimestamp(event.time)).toISOString() : '';
  if (event.gap) return `${time}  changes up to revision ${event.revision ?? '?'} are no longer known`;
  return `${time}  ${whatOf(event)}`;
}

function whatOf(event: WatchEventsResponse): string {
  const { task, containerInstance, serviceAction, deploymentStateChange } = event;
  if (task)
    return `task ${shortId(task.taskArn)} (${idOf(task.taskDefinitionArn)}): ${task.lastStatus ?? ''}, desired ${task.desiredStatus ?? ''}${task.stoppedReason ? `: ${task.stoppedReason}` : ''}`;
  if (serviceAction)
    return `service ${idOf(event.resources?.[0])}: ${serviceAction.eventName ?? ''}${serviceAction.reason ? `: ${serviceAction.reason}` : ''}`;
  if (deploymentStateChange) {
    const { deploymentId = '', eventName = '', reason = '' } = deploymentStateChange;
    return `service ${idOf(event.resources?.[0])}, deployment ${deploymentId}: ${eventName}: ${reason}`;
  }
  if (containerInstance)
    return `instance ${containerInstance.ec2InstanceId ?? shortId(containerInstance.containerInstanceArn)}: ${containerInstance.status ?? ''}, agent ${containerInstance.agentConnected ? 'connected' : 'silent'}`;
  return `${event.detailType ?? ''} ${(event.resources ?? []).join(' ')}`;
}

function revision(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new InvalidArgumentError('not a revision.');
  return number;
}
