import { describe, expect, it } from 'vitest';
import { type Application, applicationDefaults } from '../state/application.ts';
import { limitsOf, optionsOf } from './dockerView.ts';

const application = (more: Partial<Application>): Application => ({
  ...applicationDefaults(),
  id: 1,
  name: 'plain',
  environment_id: 1,
  destination_id: 0,
  created_at: '',
  updated_at: '',
  last_online_at: '',
  ...more,
});

describe('what Docker would show', () => {
  it('has the limits as numbers (recorded: runtime 5, 10)', () => {
    expect(limitsOf(application({}))).toMatchObject({
      Memory: 0,
      MemorySwap: 0,
      NanoCpus: 0,
      CpuShares: 1024,
      CpusetCpus: '',
    });
    expect(
      limitsOf(
        application({
          limits_memory: '128m',
          limits_memory_swap: '256m',
          limits_memory_reservation: '64m',
          limits_memory_swappiness: 10,
          limits_cpus: '0.5',
          limits_cpuset: '0',
          limits_cpu_shares: 512,
        }),
      ),
    ).toEqual({
      Memory: 134217728,
      MemorySwap: 268435456,
      MemoryReservation: 67108864,
      MemorySwappiness: 10,
      NanoCpus: 500000000,
      CpuShares: 512,
      CpusetCpus: '0',
      PidsLimit: null,
    });
  });

  it('has of the run options what Coolify honours (recorded: runtime 15, 35, 45)', () => {
    const of = (custom_docker_run_options: string) => optionsOf(application({ custom_docker_run_options }));
    expect(of('--cap-drop=ALL --pids-limit=256 --runtime=runsc')).toMatchObject({ CapDrop: ['ALL'], Runtime: 'runc' });
    expect(of('--privileged')).toMatchObject({ Privileged: true, SecurityOpt: ['label=disable'] });
    expect(of('--init --shm-size=64m --dns 9.9.9.9 --hostname box')).toMatchObject({
      Init: true,
      ShmSize: 67108864,
      Dns: ['9.9.9.9'],
      Hostname: 'box',
    });
  });
});
