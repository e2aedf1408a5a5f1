import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { LayerFile, LayerView } from '../../../src-core/contract/container-images.ts';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { FailureNotice } from '../../parts/Failure.tsx';
import { SearchBox } from '../../parts/list-tools.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { service } from '../../state/session.ts';
import { modeText } from './file-modes.ts';

const ROW_PX = 22;
/** Rows before the end at which more are asked for. */
const AHEAD = 40;

function useFiles({ diffId }: LayerView, search: string) {
  return useInfiniteQuery({
    queryKey: ['layer-files', diffId, search],
    queryFn: ({ pageParam }) =>
      service().containerImages.files({ diffId, from: pageParam, ...(search === '' ? {} : { search }) }),
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const known = pages.reduce((sum, { files }) => sum + files.length, 0);
      return last.files.length === 0 || known >= last.total ? undefined : known;
    },
    placeholderData: (before) => before,
  });
}

/** What a layer does to what is below it, where that is more than adding. */
const KIND_NOTES: Partial<Record<LayerFile['kind'], string>> = {
  removed: 'hides what is below',
  emptied: 'hides all below in it',
};

function FileRow({ file }: { file: LayerFile }) {
  const note = KIND_NOTES[file.kind];
  const isFile = file.kind === 'file';
  return (
    <>
      <code className="faint">{note === undefined ? modeText(file) : ''}</code>
      <span className="number faint">{isFile ? formatBytes(file.sizeBytes) : ''}</span>
      <code className="file-path" data-kind={file.kind}>
        {file.path}
        {file.target !== null && <span className="faint"> → {file.target}</span>}
        {note !== undefined && <span className="layer-note state-failed">{note}</span>}
      </code>
    </>
  );
}

/** The entries of one layer's archive, read as one scrolls. */
export function LayerFiles({ layer }: { layer: LayerView }) {
  const [search, setSearch] = useState('');
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useFiles(layer, search.trim());
  const scroller = useRef<HTMLDivElement>(null);
  const files = data?.pages.flatMap((page) => page.files) ?? [];
  const total = data?.pages[0]?.total ?? 0;
  const virtual = useVirtualizer({
    count: files.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 20,
  });
  const lastShown = virtual.getVirtualItems().at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasNextPage && !isFetching && lastShown >= files.length - AHEAD) void fetchNextPage();
  }, [hasNextPage, isFetching, lastShown, files.length, fetchNextPage]);

  return (
    <section className="layer-files" aria-label="Files of the layer">
      <div className="log-tools">
        <SearchBox label="Search the layer’s files" value={search} onChange={setSearch} />
        <span className="toolbar-gap" />
        <span className="faint figure" role="status">
          {isFetching && files.length === 0
            ? 'Reading …'
            : countOf(total, search === '' ? 'entry' : 'match', search === '' ? 'entries' : 'matches')}
        </span>
      </div>
      {error && <FailureNotice failure={toFailure(error, 'list the files of the layer')} />}
      <div ref={scroller} className="file-scroller" tabIndex={0} role="region" aria-label="Entries">
        <ul className="file-rows" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const file = files[index];
            return (
              file && (
                <li key={index} className="layer-file" style={{ height: ROW_PX, transform: `translateY(${start}px)` }}>
                  <FileRow file={file} />
                </li>
              )
            );
          })}
        </ul>
      </div>
    </section>
  );
}
