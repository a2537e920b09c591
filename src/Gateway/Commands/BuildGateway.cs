using Gateway.Configuration;

namespace Gateway.Commands;

/// <summary>Builds the whole gateway from its configuration, up to the moment before something listens.</summary>
/// <param name="layers">The configuration.</param>
/// <param name="rehearse">What a command puts in the place of a part, when it does not really serve traffic.</param>
internal delegate WebApplication BuildGateway(ConfigurationLayers layers, Action<WebApplicationBuilder>? rehearse = null);
