import { InvalidArgumentError } from 'commander';

/** A port of this computer that leads to one of a container; a free one is taken where `port` is left out. */
export interface Published {
  protocol: 'tcp' | 'udp';
  address: string;
  port?: number;
  containerPort: number;
}

const LOOPBACK = '127.0.0.1';
const MOST_PORT = 65_535;
const FORM = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]/]+)):(?=\d{0,5}:))?(?:(\d{0,5}):)?(\d{1,5})(?:\/(tcp|udp))?$/;

/** "8080:80", "0.0.0.0:8080:80", "[::1]:53:53/udp", "80": on a free port. @throws InvalidArgumentError */
export function parsePublished(text: string): Published {
  const match = FORM.exec(text);
  const [, bracketed, plain, port, containerPort, protocol] = match ?? [];
  const numbers = [port, containerPort].filter((each) => each !== undefined && each !== '').map(Number);
  if (match === null || numbers.some((number) => number < 1 || number > MOST_PORT)) {
    throw new InvalidArgumentError('Write [ADDRESS:]PORT:CONTAINERPORT[/udp], such as 8080:80.');
  }
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    address: bracketed || plain || LOOPBACK,
    ...(port ? { port: Number(port) } : {}),
    containerPort: Number(containerPort),
  };
}
