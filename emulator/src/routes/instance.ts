import { ok, refuse, text } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';

/** Coolify's version that this emulator speaks. */
export const coolifyVersion = '4.3.11';

const health = () => text('OK');

/** Health, version, and the switches of the API and of Coolify's own MCP server. */
export const instanceRoutes: Routes = {
  'GET /api/health': health,
  'GET /health': health,
  'GET /version': () => text(coolifyVersion),
  'POST /enable': (call) => switchApi(call, true),
  'POST /disable': (call) => switchApi(call, false),
  'POST /mcp/enable': (call) => switchMcp(call, true),
  'POST /mcp/disable': (call) => switchMcp(call, false),
};

function switchApi(call: Call, on: boolean) {
  if (call.team.id !== 0) throw refuse(403, `You are not allowed to ${on ? 'enable' : 'disable'} the API.`);
  call.world.state.instance.apiEnabled = on;
  return ok({ message: `API ${on ? 'enabled' : 'disabled'}.` });
}

function switchMcp(call: Call, on: boolean) {
  if (call.team.id !== 0) throw refuse(403, `You are not allowed to ${on ? 'enable' : 'disable'} the MCP server.`);
  call.world.state.instance.mcpEnabled = on;
  return ok({ message: `MCP server ${on ? 'enabled' : 'disabled'}.` });
}
