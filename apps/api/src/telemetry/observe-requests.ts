import type { FastifyApplication } from '../http';
import { type RequestTrace, Tracing } from '../tracing';
import { RequestObservers, type WatchedRequest } from './finished-request';
import { routeName } from './route-name';

type Fastify = ReturnType<ReturnType<FastifyApplication['getHttpAdapter']>['getInstance']>;

/** Gives every answer the id of its request, tells the observers of it when it is sent, and traces it when traces are collected. */
export function observeRequests(app: FastifyApplication): void {
  const observers = app.get(RequestObservers);
  const tracing = app.get(Tracing);
  const fastify = app.getHttpAdapter().getInstance();
  // With callbacks: a promise for each hook would cost more than what is done in them.
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    observers.tell({
      request: request as unknown as WatchedRequest,
      route: routeName(request.routeOptions.url, request.params),
      status: reply.statusCode,
      ms: reply.elapsedTime,
    });
    done();
  });
  if (tracing.enabled) traceRequests(fastify, tracing);
}

function traceRequests(fastify: Fastify, tracing: Tracing): void {
  const traces = new WeakMap<object, RequestTrace>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const trace = tracing.request(request.headers.traceparent);
    traces.set(request, trace);
    trace.within(done);
  });
  // The body comes in events of the connection, which know nothing of the request.
  fastify.addHook('preValidation', (request, _reply, done) => traces.get(request)!.within(done));
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = routeName(request.routeOptions.url, request.params);
    const { user } = request as unknown as WatchedRequest;
    const attributes = {
      ...{ 'http.request.method': request.method, 'http.route': route, 'http.response.status_code': reply.statusCode },
      'provost.request': request.id,
      ...(user && { 'provost.tenant': user.tenantId }),
      ...(user?.credentialId !== undefined && { 'provost.credential': user.credentialId }),
    };
    traces.get(request)?.end(`${request.method} ${route}`, attributes, reply.statusCode >= 500);
    done();
  });
}
