import { describe, expect, it } from 'vitest';
import { readRunOptions } from './runOptions.ts';

describe('run options', () => {
  it('honour what Coolify maps', () => {
    expect(
      readRunOptions('--init --shm-size=64m --dns 9.9.9.9 --hostname box --sysctl net.core.somaxconn=1024'),
    ).toMatchObject({
      init: true,
      shmSize: '64m',
      dns: ['9.9.9.9'],
      hostname: 'box',
      sysctls: { 'net.core.somaxconn': '1024' },
    });
    expect(readRunOptions('--privileged --cap-drop=ALL --cap-add NET_ADMIN')).toMatchObject({
      privileged: true,
      capDrop: ['ALL'],
      capAdd: ['NET_ADMIN'],
    });
  });

  it('cut values at a dash and drop all else in silence', () => {
    expect(readRunOptions('--security-opt=no-new-privileges').securityOpt).toEqual(['no']);
    expect(readRunOptions('--ulimit nofile=1024:2048').ulimits).toEqual({ nofile: '1024:2048' });
    const nothing = readRunOptions(null);
    for (const dropped of [
      '--pids-limit=256 --runtime=runsc',
      '--read-only --tmpfs /tmp --user 1000 --network none',
      'no-dashes',
    ])
      expect(readRunOptions(dropped), dropped).toEqual(nothing);
  });
});
