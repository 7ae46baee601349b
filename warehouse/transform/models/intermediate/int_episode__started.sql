-- Denominators of those whom the build concerns.
{{ started_episodes(ref("int_episode")) }}
