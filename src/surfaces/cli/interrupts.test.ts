import { EventEmitter } from 'node:events';
import { expect, it, vi } from 'vitest';
import { listenForInterrupts } from './interrupts.ts';

it('cancels at the first Ctrl-C and leaves at the second; a wrapper that repeats the first is not a second', () => {
  const source = new EventEmitter();
  const now = vi.spyOn(performance, 'now').mockReturnValue(1000);
  using interrupts = listenForInterrupts(source);
  source.emit('SIGINT');
  source.emit('SIGINT');
  expect([interrupts.cancel.aborted, interrupts.leave.aborted]).toEqual([true, false]);
  now.mockReturnValue(2000);
  source.emit('SIGINT');
  expect(interrupts.leave.aborted).toBe(true);
  now.mockRestore();
});

it('leaves at SIGTERM, and listens no longer once it is disposed of', () => {
  const source = new EventEmitter();
  {
    using interrupts = listenForInterrupts(source);
    source.emit('SIGTERM');
    expect([interrupts.cancel.aborted, interrupts.leave.aborted]).toEqual([false, true]);
  }
  expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
});
