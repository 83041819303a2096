"""What Fluentd knows in a configuration: its sections, and the parameters of the plugins that come with it.

A parameter that nobody knows is ignored by Fluentd with a warning in a log that nobody reads; so a misspelt `require_ack_response`
loses events silently. Only plugins of Fluentd's own package are here: of others nothing is claimed. Tests compare the tables with
a real Fluentd, as far as it has the plugins.
"""

from collections.abc import Mapping

TOP = frozenset({"source", "match", "filter", "label", "system", "worker"})
"""Sections that may stand at the top; in a label only match and filter, in a worker all but system and worker."""

PLUGINS = frozenset({"source", "match", "filter", "parse", "format", "store", "service_discovery"})
"""Sections that are a plugin and need @type. A buffer, a storage or a secondary has a default."""

RE_EMIT = frozenset({"rewrite_tag_filter", "route", "relabel", "retag", "concat"})
"""Plugins that send events on with another tag or label; where they go is not followed, but for relabel."""

_COMMON = "@type @id @label @log_level"
_TIME = (
    "time_type time_format localtime utc timezone time_format_fallbacks types time_key null_value_pattern"
    " null_empty_string estimate_current_event keep_time_key timeout"
)
_OUTPUT = "time_as_integer slow_flush_log_threshold"
_CHUNKS = (
    "chunk_limit_size total_limit_size queue_limit_length chunk_limit_records chunk_full_threshold queued_chunks_limit_size"
    " compress decompression_size_limit disable_chunk_backup timekey timekey_wait timekey_use_utc timekey_zone"
    " flush_at_shutdown flush_mode flush_interval flush_thread_count flush_thread_interval flush_thread_burst_interval"
    " delayed_commit_timeout overflow_action retry_forever retry_timeout retry_max_times retry_secondary_threshold"
    " retry_type retry_wait retry_exponential_backoff_base retry_max_interval retry_randomize"
)

_TABLE = {
    ("source", "tail"): (
        "path path_delimiter glob_policy tag exclude_path rotate_wait pos_file pos_file_compaction_interval read_from_head"
        " refresh_interval read_lines_limit read_bytes_limit_per_second multiline_flush_interval emit_unmatched_lines"
        " enable_watch_timer enable_stat_watcher encoding from_encoding path_key open_on_every_update limit_recently_modified"
        " skip_refresh_on_startup ignore_repeated_permission_error path_timezone follow_inodes max_line_size"
    ),
    ("source", "monitor_agent"): "port bind tag emit_interval include_config include_retry include_debug_info",
    ("match", "forward"): (
        f"{_OUTPUT} transport send_timeout connect_timeout heartbeat_type heartbeat_interval recover_wait hard_timeout"
        " phi_threshold phi_failure_detector require_ack_response ack_response_timeout read_interval_msec read_length"
        " expire_dns_cache dns_round_robin ignore_network_errors_at_startup verify_connection_at_startup compress tls_version"
        " tls_ciphers tls_insecure_mode tls_allow_self_signed_cert tls_verify_hostname tls_ca_cert_path tls_cert_path"
        " tls_client_cert_path tls_client_private_key_path tls_client_private_key_passphrase tls_cert_thumbprint"
        " tls_cert_logical_store_name tls_cert_use_enterprise_store keepalive keepalive_timeout port host"
    ),
    ("match", "file"): (
        f"{_OUTPUT} path add_path_suffix path_suffix append compress recompress symlink_path symlink_path_use_relative"
    ),
    ("match", "stdout"): f"{_OUTPUT} use_logger",
    ("match", "null"): f"{_OUTPUT} never_flush",
    ("match", "copy"): "deep_copy copy_mode",
    ("match", "relabel"): _OUTPUT,
    ("filter", "record_transformer"): "remove_keys keep_keys renew_record renew_time_key enable_ruby auto_typecast",
    ("filter", "grep"): " ".join(f"regexp{at} exclude{at}" for at in range(1, 21)),
    ("filter", "stdout"): "",
    ("filter", "parser"): (
        "key_name reserve_data reserve_time remove_key_name_field inject_key_prefix replace_invalid_sequence hash_value_field"
        " emit_invalid_record_to_error"
    ),
    ("parse", "none"): f"{_TIME} message_key",
    ("parse", "json"): f"{_TIME} json_parser stream_buffer_size",
    ("parse", "regexp"): f"{_TIME} expression ignorecase multiline",
    ("parse", "multiline"): f"{_TIME} format_firstline unmatched_lines "
    + " ".join(f"format{at}" for at in range(1, 21)),
    ("buffer", "file"): f"{_CHUNKS} path path_suffix file_permission dir_permission",
    ("buffer", "file_single"): f"{_CHUNKS} path calc_num_records chunk_format file_permission dir_permission",
    ("buffer", "memory"): _CHUNKS,
    ("server", ""): "host name port shared_key username password standby weight",
    ("security", ""): "self_hostname shared_key",
}

PARAMETERS: Mapping[tuple[str, str], frozenset[str]] = {
    plugin: frozenset(f"{_COMMON} {names}".split()) for plugin, names in _TABLE.items()
}
"""The parameters of a plugin, by its section and type; of a section that is no plugin, with an empty type."""
