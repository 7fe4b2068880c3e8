import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { HealthCheck } from './machine.ts';
import type { Address } from './network.ts';

export interface Probe {
  exitCode: number;
  output: string;
}

export interface ProbeSubject {
  /** Where the container answers on a port, as seen from inside it. */
  address(port: number): Address | undefined;
  exec(command: string, signal: AbortSignal): Promise<Probe>;
  /** Whether curl or wget are in the image. */
  httpTools: boolean;
  /** Where the program listens when the check does not say. */
  port: number;
}

/** Probes once. A probe that cannot be made, or takes longer than the timeout (in real time), has failed, and says why. */
export async function probe(check: HealthCheck, subject: ProbeSubject): Promise<Probe> {
  const limit = AbortSignal.timeout(check.timeout);
  try {
    return check.kind === 'cmd'
      ? await subject.exec(check.command ?? 'false', limit)
      : await probeHttp(check, subject, limit);
  } catch (error) {
    const late = `Health check exceeded timeout (${check.timeout}ms)`;
    return { exitCode: -1, output: limit.aborted ? late : error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Coolify asks by `curl -s -f … || wget -q …` (runtime 91), so a refusal is asked twice, and shows as exit code 1
 * without a word (deploy-image 64).
 */
async function probeHttp(check: HealthCheck, subject: ProbeSubject, signal: AbortSignal): Promise<Probe> {
  if (!subject.httpTools) return { exitCode: 1, output: '/bin/sh: 1: curl: not found\n/bin/sh: 1: wget: not found' };
  const good = async () => {
    const address = subject.address(check.port ?? subject.port);
    if (!address) return false;
    const status = await ask(check, address, signal);
    if (status === undefined) return false;
    return check.returnCode ? status === check.returnCode : status < 400;
  };
  return { exitCode: (await good()) || (await good()) ? 0 : 1, output: '' };
}

/** The status of the answer, or undefined when there is none. */
function ask(check: HealthCheck, { host, port }: Address, signal: AbortSignal): Promise<number | undefined> {
  const answer = Promise.withResolvers<number | undefined>();
  const send = check.scheme === 'https' ? httpsRequest : httpRequest;
  const request = send({
    host,
    port,
    method: check.method ?? 'GET',
    path: check.path ?? '/',
    headers: { host: `${check.host ?? 'localhost'}:${check.port ?? port}`, 'user-agent': 'curl/8', accept: '*/*' },
    agent: false,
    signal,
  });
  request.once('response', (response) => {
    response.resume();
    answer.resolve(response.statusCode);
  });
  request.once('error', (error) => (signal.aborted ? answer.reject(error) : answer.resolve(undefined)));
  request.end();
  return answer.promise;
}
