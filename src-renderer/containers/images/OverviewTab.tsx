import type { ReactNode } from 'react';
import type { ContainerImageView, ImageSettings } from '../../../src-core/contract/container-images.ts';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { Fact } from '../../machines/Fact.tsx';
import { CommandLine } from '../../parts/CommandLine.tsx';
import { CopyableText } from '../../parts/CopyableText.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { formatBytes, formatDuration, formatTime } from '../../parts/quantities.ts';
import { joinWords } from '../command-words.ts';
import { UserLinks } from '../UserLinks.tsx';
import { imageTitle } from './image-references.ts';
import { useImageDetail } from './useImageDetail.ts';

function Lines({ label, lines }: { label: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Fact label={label}>
      {lines.map((line) => (
        <code key={line} className="fact-code">
          {line}
        </code>
      ))}
    </Fact>
  );
}

function Settings({ settings }: { settings: ImageSettings }) {
  const { entrypoint, command, environment, workingDirectory, user, ports, volumes, labels, healthCheck } = settings;
  const words = (list: readonly string[]): ReactNode => (list.length === 0 ? 'None' : <code>{joinWords(list)}</code>);
  return (
    <dl className="facts">
      <Fact label="Entrypoint">{words(entrypoint)}</Fact>
      <Fact label="Command">{words(command)}</Fact>
      <Fact label="User">{user === '' ? 'root' : user}</Fact>
      <Fact label="Working directory">
        <code>{workingDirectory === '' ? '/' : workingDirectory}</code>
      </Fact>
      <Lines label="Environment" lines={environment} />
      <Lines label="Ports" lines={ports.map(({ port, protocol }) => `${port}/${protocol}`)} />
      <Lines label="Volumes" lines={volumes} />
      {healthCheck !== null && (
        <Fact label="Health check">
          <code>{joinWords(healthCheck.command)}</code>, every {formatDuration(healthCheck.intervalMs)}
        </Fact>
      )}
      <Lines label="Labels" lines={Object.entries(labels).map(([name, value]) => `${name}=${value}`)} />
    </dl>
  );
}

/** What it is, what it takes, and how its author wants it to be run. */
export function OverviewTab({ image }: { image: ContainerImageView }) {
  const { data, error } = useImageDetail(image.id);
  const { names, id, digest, sizeBytes, ownBytes, createdAt, arrivedAt, usedBy } = image;
  return (
    <div className="stack">
      <dl className="facts">
        <Fact label="Names">{names.length === 0 ? 'None any more' : names.join(', ')}</Fact>
        <Fact label="Id">
          <CopyableText text={id} what="The id" />
        </Fact>
        <Fact label="Manifest">
          <CopyableText text={digest} what="The digest" />
        </Fact>
        <Fact label="Size">
          {formatBytes(sizeBytes)}
          {ownBytes < sizeBytes && `, of which ${formatBytes(sizeBytes - ownBytes)} shared with other images`}
        </Fact>
        <Fact label="Used by">
          <UserLinks names={usedBy} none="Nobody" />
        </Fact>
        {createdAt !== null && <Fact label="Made">{formatTime(createdAt)}</Fact>}
        <Fact label="Here since">{formatTime(arrivedAt)}</Fact>
      </dl>
      {error && <FailureNotice failure={toFailure(error, `look at image ${imageTitle(image)}`)} />}
      {data && (
        <section className="stack-tight">
          <h2 className="section-title">How it is run</h2>
          <Settings settings={data.settings} />
        </section>
      )}
      <CommandLine command={`inn ctr run -it ${imageTitle(image)}`} />
    </div>
  );
}
