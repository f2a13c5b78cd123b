import { Module } from '@nestjs/common';
import { TenancyModule } from '../tenancy';
import { ConnectionController } from './connection.controller';
import { ConnectionTestService } from './connection-test.service';

/** The connection test over HTTP (contract §3). */
@Module({ imports: [TenancyModule], controllers: [ConnectionController], providers: [ConnectionTestService] })
export class ConnectionApiModule {}
