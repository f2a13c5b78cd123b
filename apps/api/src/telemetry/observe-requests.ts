import type { FastifyApplication } from '../http';
import { RequestObservers, type WatchedRequest } from './finished-request';
import { routeName } from './route-name';

/** Gives every answer the id of its request, and tells the observers of it when it is sent. */
export function observeRequests(app: FastifyApplication): void {
  const observers = app.get(RequestObservers);
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
}
