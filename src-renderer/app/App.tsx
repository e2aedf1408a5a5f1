import { Tooltip } from '@base-ui/react/tooltip';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ContainersPage } from '../containers/ContainersPage.tsx';
import { NewContainerPage } from '../containers/create/NewContainerPage.tsx';
import { BuildPage } from '../containers/images/BuildPage.tsx';
import { ContainerImagesPage } from '../containers/images/ContainerImagesPage.tsx';
import { NodesPage } from '../containers/nodes/NodesPage.tsx';
import { VolumesPage } from '../containers/volumes/VolumesPage.tsx';
import { HostPage } from '../host/HostPage.tsx';
import { ImagesPage } from '../images/ImagesPage.tsx';
import { NewMachinePage } from '../machines/create/NewMachinePage.tsx';
import { MachinesPage } from '../machines/MachinesPage.tsx';
import { NetworksPage } from '../networks/NetworksPage.tsx';
import { ConfirmDialog } from '../parts/ConfirmDialog.tsx';
import { DialogHost } from '../parts/dialogs.tsx';
import { Toasts } from '../parts/toasts.tsx';
import { SettingsPage } from '../settings/SettingsPage.tsx';
import { type Place, usePlace } from '../state/place.ts';
import { useSession } from '../state/session.ts';
import { Connecting } from './Connecting.tsx';
import { Palette } from './Palette.tsx';
import { Rail } from './Rail.tsx';
import { ShortcutSheet } from './ShortcutSheet.tsx';
import { StatusBar } from './StatusBar.tsx';

const queries = new QueryClient({
  // The service is on this computer: an answer that failed once fails again, and the person may ask again.
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, networkMode: 'always' } },
});

function Page({ place }: { place: Place }) {
  switch (place.page) {
    case 'machines':
      return <MachinesPage place={place} />;
    case 'new-machine':
      return <NewMachinePage image={place.image} />;
    case 'containers':
      return <ContainersPage place={place} />;
    case 'new-container':
      return <NewContainerPage image={place.image} />;
    case 'volumes':
      return <VolumesPage />;
    case 'nodes':
      return <NodesPage />;
    case 'container-images':
      return <ContainerImagesPage place={place} />;
    case 'build':
      return <BuildPage task={place.task} />;
    case 'networks':
      return <NetworksPage place={place} />;
    case 'images':
      return <ImagesPage />;
    case 'host':
      return <HostPage />;
    case 'settings':
      return <SettingsPage />;
  }
}

export function App() {
  const place = usePlace();
  // A lost connection leaves what was known on view; the status bar says so, and actions say that they cannot.
  const known = useSession((session) => session.generation > 0);
  return (
    <QueryClientProvider client={queries}>
      <Tooltip.Provider delay={400}>
        <div className="window">
          <Rail place={place} />
          <main className="main">{known ? <Page place={place} /> : <Connecting />}</main>
          <StatusBar />
        </div>
        <Palette />
        <ShortcutSheet />
        <DialogHost />
        <ConfirmDialog />
        <Toasts />
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}
