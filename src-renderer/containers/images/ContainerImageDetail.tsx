import { Tabs } from '@base-ui/react/tabs';
import { ArrowLeft, Play } from 'lucide-react';
import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { Button, IconButton } from '../../parts/Button.tsx';
import { TabRow } from '../../parts/TabRow.tsx';
import type { ContainerImageTab } from '../../state/container-places.ts';
import { go, goToContainerImage } from '../../state/place.ts';
import { HistoryTab } from './HistoryTab.tsx';
import { ImageInspectTab } from './ImageInspectTab.tsx';
import { ImageMenu } from './ImageMenu.tsx';
import { imageTitle } from './image-references.ts';
import { LayersView } from './LayersView.tsx';
import { OverviewTab } from './OverviewTab.tsx';

const TAB_LABELS: Record<ContainerImageTab, string> = {
  overview: 'Overview',
  layers: 'Layers',
  history: 'History',
  inspect: 'Inspect',
};

/** All about one image. */
export function ContainerImageDetail({ image, tab }: { image: ContainerImageView; tab: ContainerImageTab }) {
  const title = imageTitle(image);
  return (
    <Tabs.Root
      className="detail page"
      value={tab}
      onValueChange={(value: ContainerImageTab) => goToContainerImage(image.id, value)}
      render={<section aria-label={`Image ${title}`} />}
    >
      <header className="detail-head">
        <IconButton icon={ArrowLeft} label="Back to the images" onClick={() => goToContainerImage(null)} />
        <h1 className="detail-title">{title}</h1>
        <span className="faint">{image.platform}</span>
        <span className="toolbar-gap" />
        <Button small icon={Play} onClick={() => go({ page: 'new-container', image: image.names[0] ?? image.id })}>
          New container
        </Button>
        <ImageMenu image={image} />
      </header>
      <TabRow labels={TAB_LABELS} />
      <Tabs.Panel value="overview" className="panel" tabIndex={0}>
        <OverviewTab image={image} />
      </Tabs.Panel>
      <Tabs.Panel value="layers" className="panel panel-full" tabIndex={-1}>
        <LayersView image={image.id} />
      </Tabs.Panel>
      <Tabs.Panel value="history" className="panel" tabIndex={0}>
        <HistoryTab image={image} />
      </Tabs.Panel>
      <Tabs.Panel value="inspect" className="panel" tabIndex={0}>
        <ImageInspectTab image={image} />
      </Tabs.Panel>
    </Tabs.Root>
  );
}
