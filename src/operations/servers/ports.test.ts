import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { declaredPorts, hostPorts } from './ports.ts';

describe('ports on the server', () => {
  it.each([
    ['8080:80', [8080]],
    ['8080:80, 127.0.0.1:5432:5432/tcp', [8080, 5432]],
    ['3000-3002:3000-3002', [3000, 3001, 3002]],
    ['80', []],
    ['', []],
    [null, []],
  ])('of %s', (mappings, ports) => expect(hostPorts(mappings)).toEqual(ports));

  it('of every mapping, whatever stands around it', () => {
    const port = fc.integer({ min: 1, max: 65_535 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(port, port, fc.constantFrom('', '/tcp', '/udp'), fc.constantFrom('', '0.0.0.0:'))),
        (all) => {
          const text = all
            .map(([host, container, protocol, address]) => `${address}${host}:${container}${protocol}`)
            .join(', ');
          expect(hostPorts(text)).toEqual(all.map(([host]) => host));
        },
      ),
    );
  });

  it('are those of the proxy, applications, databases and services, with who declares them', () => {
    expect(
      declaredPorts({
        proxy: 'TRAEFIK',
        applications: [{ name: 'web', ports_mappings: '9000:3000' }],
        databases: [
          { name: 'shop', is_public: true, public_port: 15_432, ports_mappings: null },
          { name: 'hidden', is_public: false, public_port: 15_433, ports_mappings: null },
        ],
        containers: [{ name: 'queue', ports: '5672:5672,15672' }],
      }),
    ).toEqual([
      { port: 80, by: 'proxy TRAEFIK' },
      { port: 443, by: 'proxy TRAEFIK' },
      { port: 5672, by: 'service container queue' },
      { port: 9000, by: 'application web' },
      { port: 15_432, by: 'database shop' },
    ]);
    expect(declaredPorts({ proxy: 'NONE', applications: [], databases: [], containers: [] })).toEqual([]);
  });
});
