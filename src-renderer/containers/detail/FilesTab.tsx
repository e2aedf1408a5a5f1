import { useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { FileDown, FileMinus, FilePen, FilePlus, Files, type LucideIcon, RotateCw } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import type { ChangedFile, ContainerView } from '../../../src-core/contract/containers.ts';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { Button, IconButton } from '../../parts/Button.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { SearchBox } from '../../parts/list-tools.tsx';
import { countOf } from '../../parts/quantities.ts';
import { SelectField } from '../../parts/SelectField.tsx';
import { service, useSession } from '../../state/session.ts';
import { saveFilesOf } from './save-files.ts';

const ROW_PX = 32;

const KIND_LOOKS: Record<ChangedFile['kind'], { word: string; tone: string; icon: LucideIcon }> = {
  added: { word: 'Added', tone: 'running', icon: FilePlus },
  changed: { word: 'Changed', tone: 'changing', icon: FilePen },
  removed: { word: 'Removed', tone: 'failed', icon: FileMinus },
};

type Kind = ChangedFile['kind'] | 'all';

const KIND_OPTIONS: readonly { value: Kind; label: string }[] = [
  { value: 'all', label: 'All changes' },
  { value: 'added', label: 'Added' },
  { value: 'changed', label: 'Changed' },
  { value: 'removed', label: 'Removed' },
];

function useDiff({ id, state, startedAt }: ContainerView) {
  const generation = useSession((session) => session.generation);
  return useQuery({
    queryKey: ['container-diff', id, state, startedAt, generation],
    queryFn: () => service().containers.diff({ container: id }),
    placeholderData: (before) => before,
    staleTime: 0,
  });
}

function FileRow({ container, file }: { container: ContainerView; file: ChangedFile }) {
  const { word, tone, icon: Icon } = KIND_LOOKS[file.kind];
  return (
    <>
      <span className={`state state-${tone}`}>
        <Icon size={14} aria-hidden />
        {word}
      </span>
      <code className="file-path">{file.path}</code>
      {file.kind !== 'removed' && (
        <IconButton
          small
          icon={FileDown}
          label={`Save ${file.path}`}
          onClick={() => void saveFilesOf(container, file.path)}
        />
      )}
    </>
  );
}

function FileList({ container, files }: { container: ContainerView; files: readonly ChangedFile[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: files.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  return (
    <div ref={scroller} className="file-scroller" tabIndex={0} role="region" aria-label="Changed files">
      <ul className="file-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const file = files[index];
          return (
            file && (
              <li key={file.path} className="file-row" style={{ height: ROW_PX, transform: `translateY(${start}px)` }}>
                <FileRow container={container} file={file} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

function summary(files: readonly ChangedFile[]): string {
  const count = (kind: ChangedFile['kind']) => files.filter((file) => file.kind === kind).length;
  return `${count('added')} added, ${count('changed')} changed, ${count('removed')} removed`;
}

/** How its files differ from its image's: what it has written, and what goes when it is deleted. */
export function FilesTab({ container }: { container: ContainerView }) {
  const { data: files, error, isFetching, refetch } = useDiff(container);
  const [sought, setSought] = useState('');
  const [kind, setKind] = useState<Kind>('all');
  const found = useMemo(() => {
    const wanted = sought.toLowerCase();
    return (files ?? []).filter(
      (file) => (kind === 'all' || file.kind === kind) && file.path.toLowerCase().includes(wanted),
    );
  }, [files, sought, kind]);
  return (
    <div className="log">
      <div className="log-tools">
        <SearchBox label="Search the changed files" value={sought} onChange={setSought} />
        <SelectField
          small
          label="Kind of change"
          labelHidden
          value={kind}
          options={KIND_OPTIONS}
          onChange={(value) => setKind(value as Kind)}
        />
        <span className="toolbar-gap" />
        <Button small icon={RotateCw} disabled={isFetching} onClick={() => void refetch()}>
          Look again
        </Button>
      </div>
      {error && <FailureNotice failure={toFailure(error, `list what was changed in container ${container.name}`)} />}
      {files !== undefined && found.length === 0 ? (
        <div className="packets-empty">
          <Files size={24} strokeWidth={1.5} aria-hidden />
          <p>{files.length === 0 ? 'It is as its image is: nothing was written.' : 'No changed file matches.'}</p>
        </div>
      ) : (
        <FileList container={container} files={found} />
      )}
      <p className="packets-foot faint figure" role="status">
        {files === undefined ? 'Looking …' : `${countOf(files.length, 'path')}: ${summary(files)}`}
      </p>
    </div>
  );
}
