"""What a new finding means for a comparison, by its check.

A finding of a check that is not named here, another package's say, is worse
unless it began before the baseline.
"""

#: The comparison looks at these things by itself.
ELSEWHERE = frozenset(
    {
        'certificate_expiry',
        'certificate_name',
        'certificate_trust',
        'compute_service_down',
        'endpoint_down',
        'network_agent_down',
        'part_not_read',
        'server_error',
        'service_disabled',
        'snapshot_error',
        'volume_error',
        'volume_service_down',
    }
)
#: Things that are stuck.
STUCK = frozenset(
    {
        'backup_stuck',
        'backup_undeleted',
        'migration_stuck',
        'server_stuck',
        'snapshot_stuck',
        'volume_stuck',
    }
)
#: They come with the days, though nobody does anything.
BY_TIME = frozenset({'release_ended'})
#: The words of a check that do so.
WORDS_BY_TIME = {'volumes_at_risk': frozenset({'never', 'stale'})}
#: They come from what users do, from how busy a machine is just now, or from
#: the restarts of an update; or they are of this dashboard, not the cloud.
VARYING = frozenset(
    {
        'addresses_full',
        'aggregate_full',
        'cloud_full',
        'endpoint_slow',
        'host_full',
        'orphans',
        'pool_full',
        'quota_full',
        'service_restless',
        'volume_of_gone_server',
        'worker_away',
    }
)
