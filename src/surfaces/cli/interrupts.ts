/** What Ctrl-C means: once, cancel and take back; twice, leave the run as it is. */
export interface Interrupts {
  cancel: AbortSignal;
  leave: AbortSignal;
}

/** npm and other wrappers pass on the signal that the terminal has already sent to all: within this time it is the same one. */
const SAME_KEYSTROKE_MS = 300;

/** Listens to the process until it is disposed of. SIGTERM leaves the run at once: whoever sends it will not wait for a rollback. */
export function listenForInterrupts(source: NodeJS.EventEmitter = process): Interrupts & Disposable {
  const cancel = new AbortController();
  const leave = new AbortController();
  let cancelledAt = 0;
  const interrupted = new Error('interrupted');
  const onInterrupt = () => {
    if (!cancel.signal.aborted) {
      cancelledAt = performance.now();
      cancel.abort(interrupted);
    } else if (performance.now() - cancelledAt > SAME_KEYSTROKE_MS) {
      leave.abort(interrupted);
    }
  };
  const onTerminate = () => leave.abort(interrupted);
  source.on('SIGINT', onInterrupt);
  source.on('SIGTERM', onTerminate);
  return {
    cancel: cancel.signal,
    leave: leave.signal,
    [Symbol.dispose]: () => {
      source.off('SIGINT', onInterrupt);
      source.off('SIGTERM', onTerminate);
    },
  };
}
