export { OAuthApiModule, OAuthModule } from './oauth.module';
