using System.Text.Json;
using Gateway.Configuration;

namespace Gateway.Management.Status;

/// <summary>Who has something to say of the gateway as a whole: one property of the status.</summary>
internal interface IGatewayPart
{
    /// <summary>The property's name.</summary>
    string Name { get; }

    /// <summary>Writes its value, as it is now. Called on any thread.</summary>
    void Write(Utf8JsonWriter json);
}

/// <summary>Who has something to say of every cluster: one property of each in the status.</summary>
internal interface IClusterPart
{
    /// <summary>The property's name.</summary>
    string Name { get; }

    /// <summary>Writes its value, as it is now. Called on any thread, for as many clusters as there are.</summary>
    void Write(Utf8JsonWriter json, string clusterId);
}

/// <summary>
/// Who has something to say of every destination: one property of each in the status, and of what is
/// kept of a refused request.
/// </summary>
internal interface IDestinationPart
{
    /// <summary>The property's name.</summary>
    string Name { get; }

    /// <summary>Writes its value, as it is now. Called on any thread, for as many destinations as there are.</summary>
    void Write(Utf8JsonWriter json, DestinationId id);
}

internal static class StatusPartRegistration
{
    /// <summary>Registers a class that tells one or more parts of the status.</summary>
    public static IServiceCollection AddStatusPart<T>(this IServiceCollection services) where T : class
    {
        services.AddSingleton<T>();
        foreach (var part in new[] { typeof(IGatewayPart), typeof(IClusterPart), typeof(IDestinationPart) })
        {
            if (part.IsAssignableFrom(typeof(T)))
                services.AddSingleton(part, static provider => provider.GetRequiredService<T>());
        }
        return services;
    }
}
