import type { ContainerStats, ContainerView, VolumeView } from '../../../src-core/contract/containers.ts';
import { Fact } from '../../machines/Fact.tsx';
import { useNow } from '../../machines/useNow.ts';
import { networkCounters } from '../../networks/picture-guests.ts';
import { RateChart } from '../../networks/RateChart.tsx';
import { Chart } from '../../parts/Chart.tsx';
import { CommandLine } from '../../parts/CommandLine.tsx';
import { CopyableText } from '../../parts/CopyableText.tsx';
import { countOf, formatBytes, formatDuration, formatProcessors, formatTime } from '../../parts/quantities.ts';
import { StateLook } from '../../parts/StateLook.tsx';
import { useInventory } from '../../state/inventory.ts';
import { placeHash } from '../../state/place.ts';
import { joinWords } from '../command-words.ts';
import { shortDigest } from '../names.ts';
import { PortLink } from '../PortLinks.tsx';
import { PORT_LOOKS } from '../ports.ts';
import { endWords, hasProcess, HEALTH_LOOKS } from '../states.ts';
import { limitTexts, mountText, restartText } from '../texts.ts';

const NO_SAMPLES: readonly ContainerStats[] = [];

function Uptime({ since }: { since: number }) {
  const now = useNow();
  return <>{formatDuration(now - since)}</>;
}

function LiveCharts({ container }: { container: ContainerView }) {
  const { limits, node, stats, network } = container;
  const samples = useInventory(({ containerHistory }) => containerHistory[container.id]) ?? NO_SAMPLES;
  const onNode = useInventory(({ nodes }) => (node === null ? undefined : nodes[node.id]));
  const times = samples.map(({ takenAt }) => takenAt);
  const memory = stats?.memoryBytes ?? 0;
  const limit = limits.memoryBytes;
  return (
    <div className="charts charts-wide">
      <Chart
        label={`Processor ${formatProcessors(stats?.processorUsed ?? 0)}`}
        series={[{ label: 'of its node’s', color: '--chart-1', filled: true }]}
        data={[times, samples.map(({ processorUsed }) => processorUsed)]}
        top={limits.cpus ?? onNode?.processors ?? 1}
        format={formatProcessors}
      />
      <Chart
        label={
          limit === null ? `Memory ${formatBytes(memory)}` : `Memory ${formatBytes(memory)} of ${formatBytes(limit)}`
        }
        series={[{ label: 'held in its node', color: '--chart-2', filled: true }]}
        data={[times, samples.map(({ memoryBytes }) => memoryBytes)]}
        top={limit ?? 1024 * 1024}
        format={formatBytes}
      />
      {network !== null && <RateChart name="Network" words={['sent', 'received']} samples={networkCounters(samples)} />}
      <RateChart
        name="Disk"
        words={['written', 'read']}
        samples={samples.map((sample) => ({
          at: sample.takenAt,
          sentBytes: sample.diskWrittenBytes,
          receivedBytes: sample.diskReadBytes,
        }))}
      />
    </div>
  );
}

function Ports({ container }: { container: ContainerView }) {
  return (
    <ul className="fact-lines">
      {container.ports.map((forward) => (
        <li key={`${forward.protocol} ${forward.address} ${forward.port}`} className="fact-line">
          <PortLink forward={forward} />
          <StateLook look={PORT_LOOKS[forward.state]} detail={forward.failure?.because} />
        </li>
      ))}
    </ul>
  );
}

function Health({ container }: { container: ContainerView }) {
  const { health, healthOutput } = container;
  if (health === 'none') return null;
  return (
    <Fact label="Health">
      <StateLook look={HEALTH_LOOKS[health]} />
      {health === 'healthy' && healthOutput !== null && healthOutput.trim() !== '' && (
        <p className="faint fact-output">{healthOutput.trim()}</p>
      )}
    </Fact>
  );
}

function Storage({ container }: { container: ContainerView }) {
  const volumes = useInventory((inventory) => inventory.volumes);
  if (container.mounts.length === 0) return null;
  const size = (volume: VolumeView | undefined) =>
    volume === undefined || volume.usedBytes === null ? '' : `, ${formatBytes(volume.usedBytes)} used`;
  return (
    <Fact label="Volumes and folders">
      <ul className="fact-lines">
        {container.mounts.map((mount) => (
          <li key={mount.destination}>
            {mountText(mount)}
            {mount.kind === 'volume' && size(volumes[mount.volume])}
          </li>
        ))}
      </ul>
    </Fact>
  );
}

function RunFacts({ container }: { container: ContainerView }) {
  const { startedAt, state, stats, lastEnd, restarts } = container;
  return (
    <>
      {startedAt !== null && hasProcess(state) && (
        <Fact label="Up">
          <Uptime since={startedAt} />
        </Fact>
      )}
      {stats !== null && hasProcess(state) && (
        <Fact label="Processes">{countOf(stats.pids, 'process', 'processes')}</Fact>
      )}
      {restarts > 0 && <Fact label="Started again">{restarts === 1 ? 'Once' : `${restarts} times`}</Fact>}
      {lastEnd && (
        <Fact label="Last end">
          {endWords(lastEnd)}, {formatTime(lastEnd.at)}
          {lastEnd.cause !== null && `: ${lastEnd.cause}`}
        </Fact>
      )}
    </>
  );
}

function NetworkFact({ network }: Pick<ContainerView, 'network'>) {
  if (network === null) return <Fact label="Network">None</Fact>;
  return (
    <>
      <Fact label="Address">
        {network.address === '' ? 'When it runs' : <CopyableText text={network.address} what="The address" />}
      </Fact>
      <Fact label="Network">
        <a href={placeHash({ page: 'networks', network: network.id, tab: 'guests' })}>{network.name}</a>
      </Fact>
    </>
  );
}

export function SummaryTab({ container }: { container: ContainerView }) {
  const { name, image, imageId, command, node, ports, network, state, terminal, interactive, restart } = container;
  const limits = limitTexts(container.limits);
  return (
    <div className="stack">
      {hasProcess(state) && <LiveCharts container={container} />}
      <dl className="facts">
        <Fact label="Image">
          <a href={placeHash({ page: 'container-images', image: imageId, tab: 'overview' })}>{image}</a>{' '}
          <code className="faint">{shortDigest(imageId)}</code>
        </Fact>
        <Fact label="Command">
          <code>{joinWords(command)}</code>
          {terminal && (
            <span className="faint"> · {interactive ? 'with a terminal' : 'with a terminal, no input'}</span>
          )}
        </Fact>
        {ports.length > 0 && (
          <Fact label="Ports">
            <Ports container={container} />
          </Fact>
        )}
        <Health container={container} />
        <RunFacts container={container} />
        <NetworkFact network={network} />
        <Fact label="Node">
          {node === null ? 'Chosen when it starts' : <a href={placeHash({ page: 'nodes' })}>{node.name}</a>}
        </Fact>
        <Fact label="Limits">{limits.length === 0 ? 'None of its own' : limits.join(', ')}</Fact>
        <Fact label="Restart">{restartText(restart)}</Fact>
        <Storage container={container} />
        <Fact label="Created">{formatTime(container.createdAt)}</Fact>
      </dl>
      <section className="stack-tight">
        <h3 className="section-title">From a terminal</h3>
        <CommandLine command={state === 'running' ? `inn ctr exec -it ${name} sh` : `inn ctr logs ${name}`} />
      </section>
    </div>
  );
}
