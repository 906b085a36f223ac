{{- define "cd.strimziCluster" -}}
{{- .Values.strimzi.clusterName | default (printf "%s-kafka" (include "cd.fullname" .)) -}}
{{- end -}}

{{/*
How one principal reaches Kafka, as YAML: brokers, ca, client, sasl. With Strimzi all of it follows from the names that its
operator gives. Of .root, .component, .sasl (what the component says itself).
*/}}
{{- define "cd.kafka" -}}
{{- $values := .root.Values -}}
{{- $kafka := deepCopy $values.kafka -}}
{{- $_ := set $kafka "sasl" (include "cd.overlay" (dict "base" $kafka.sasl "over" (.sasl | default dict)) | fromYaml) -}}
{{- if $values.strimzi.enabled -}}
{{- $cluster := include "cd.strimziCluster" .root -}}
{{- $user := printf "%s-%s" (include "cd.fullname" .root) .component -}}
{{- $_ := set $kafka "brokers" (list (printf "%s-kafka-bootstrap:9093" $cluster)) -}}
{{- $tls := dict "enabled" true "ca" (dict "secret" (printf "%s-cluster-ca-cert" $cluster) "key" "ca.crt") "client" (dict "secret" "" "certKey" "user.crt" "keyKey" "user.key") -}}
{{- if eq $values.strimzi.authentication "tls" -}}
{{- $_ := set $tls.client "secret" $user -}}
{{- else -}}
{{- $_ := set $kafka "sasl" (mergeOverwrite $kafka.sasl (dict "mechanism" "scram-sha-512" "username" $user "secret" $user "passwordKey" "password")) -}}
{{- end -}}
{{- $_ := set $kafka "tls" $tls -}}
{{- end -}}
{{- if not $kafka.brokers -}}
{{- fail "kafka.brokers must name the brokers (host:port), or strimzi.enabled must be true" -}}
{{- end -}}
{{- toYaml $kafka -}}
{{- end -}}

{{- define "cd.clickhouseUrl" -}}
{{- if .Values.clickhouseInstallation.enabled -}}
http://clickhouse-{{ include "cd.fullname" . }}:8123
{{- else -}}
{{- required "clickhouse.url must be ClickHouse's HTTP address, or clickhouseInstallation.enabled must be true" .Values.clickhouse.url -}}
{{- end -}}
{{- end -}}

{{/* One variable from a secret. */}}
{{- define "cd.fromSecret" -}}
- name: {{ .name }}
  valueFrom: { secretKeyRef: { name: {{ .secret | quote }}, key: {{ .key | quote }} } }
{{- end -}}

{{/* Kafka's settings, named as services/lib/settings.ts has them. Of what cd.kafka answers. */}}
{{- define "cd.kafkaEnv" -}}
- { name: KAFKA_BROKERS, value: {{ join "," .brokers | quote }} }
{{- if .tls.enabled }}
- { name: KAFKA_SSL, value: 'true' }
{{- if .tls.ca.secret }}
- { name: KAFKA_SSL_CA_FILE, value: /etc/customer-dynamics/kafka-ca/{{ .tls.ca.key }} }
{{- end }}
{{- if .tls.client.secret }}
- { name: KAFKA_SSL_CERT_FILE, value: /etc/customer-dynamics/kafka-client/{{ .tls.client.certKey }} }
- { name: KAFKA_SSL_KEY_FILE, value: /etc/customer-dynamics/kafka-client/{{ .tls.client.keyKey }} }
{{- end }}
{{- end }}
{{- with .sasl.mechanism }}
- { name: KAFKA_SASL_MECHANISM, value: {{ . | quote }} }
{{- end }}
{{- if eq .sasl.mechanism "oauthbearer" }}
{{- if .sasl.oauth.audience }}
- { name: KAFKA_SASL_OAUTH_TOKEN_FILE, value: /etc/customer-dynamics/kafka-token/token }
{{- else }}
- { name: KAFKA_SASL_OAUTH_TOKEN_URL, value: {{ required "kafka.sasl.oauth.tokenUrl or .audience must be set for oauthbearer" .sasl.oauth.tokenUrl | quote }} }
- { name: KAFKA_SASL_OAUTH_CLIENT_ID, value: {{ required "kafka.sasl.oauth.clientId must be set" .sasl.oauth.clientId | quote }} }
{{ include "cd.fromSecret" (dict "name" "KAFKA_SASL_OAUTH_CLIENT_SECRET" "secret" (required "kafka.sasl.secret must be set for oauthbearer with a tokenUrl" .sasl.secret) "key" .sasl.oauth.clientSecretKey) }}
{{- with .sasl.oauth.scope }}
- { name: KAFKA_SASL_OAUTH_SCOPE, value: {{ . | quote }} }
{{- end }}
{{- end }}
{{- else if .sasl.mechanism }}
{{- $secret := required "kafka.sasl.secret must be set: passwords come from a secret only" .sasl.secret }}
{{- if .sasl.usernameKey }}
{{ include "cd.fromSecret" (dict "name" "KAFKA_SASL_USERNAME" "secret" $secret "key" .sasl.usernameKey) }}
{{- else }}
- { name: KAFKA_SASL_USERNAME, value: {{ required "kafka.sasl.username or .usernameKey must be set" .sasl.username | quote }} }
{{- end }}
{{ include "cd.fromSecret" (dict "name" "KAFKA_SASL_PASSWORD" "secret" $secret "key" .sasl.passwordKey) }}
{{- end }}
{{- end -}}

{{- define "cd.registryEnv" -}}
{{- $auth := .Values.registry.auth -}}
- { name: SCHEMA_REGISTRY_URL, value: {{ required "registry.url must be the schema registry's address" .Values.registry.url | quote }} }
{{- if $auth.secret }}
{{ include "cd.fromSecret" (dict "name" "SCHEMA_REGISTRY_USERNAME" "secret" $auth.secret "key" $auth.usernameKey) }}
{{ include "cd.fromSecret" (dict "name" "SCHEMA_REGISTRY_PASSWORD" "secret" $auth.secret "key" $auth.passwordKey) }}
{{- end }}
{{- end -}}

{{/* ClickHouse's settings. Of .root, .user (clickhouse.writer or .migrator). */}}
{{- define "cd.clickhouseEnv" -}}
{{- $clickhouse := .root.Values.clickhouse -}}
- { name: CLICKHOUSE_URL, value: {{ include "cd.clickhouseUrl" .root | quote }} }
- { name: CLICKHOUSE_DATABASE, value: {{ $clickhouse.database | quote }} }
{{- if .user.secret }}
{{- if .user.usernameKey }}
{{ include "cd.fromSecret" (dict "name" "CLICKHOUSE_USER" "secret" .user.secret "key" .user.usernameKey) }}
{{- else }}
- { name: CLICKHOUSE_USER, value: {{ required "clickhouse.writer and .migrator need a username or a usernameKey beside their secret" .user.username | quote }} }
{{- end }}
{{ include "cd.fromSecret" (dict "name" "CLICKHOUSE_PASSWORD" "secret" .user.secret "key" .user.passwordKey) }}
{{- end }}
{{- with $clickhouse.shardUrls }}
- { name: CLICKHOUSE_SHARD_URLS, value: {{ join "," . | quote }} }
{{- end }}
{{- end -}}

{{/* A key that services share, or the default that everybody knows. Of .root, .name, .ref, .say. */}}
{{- define "cd.key" -}}
{{- if .ref.secret }}
{{ include "cd.fromSecret" (dict "name" .name "secret" .ref.secret "key" .ref.key) }}
{{- else if not .root.Values.keys.unsafeDefaults }}
{{- fail (printf "%s must name a secret (or keys.unsafeDefaults be true, for trying it out)" .say) }}
{{- end }}
{{- end -}}

{{/* Volumes and mounts that connections need. Of .root, .kafka (what cd.kafka answers, or nothing). */}}
{{- define "cd.connectionVolumes" -}}
{{- $values := .root.Values -}}
{{- with .kafka }}
{{- if and .tls.enabled .tls.ca.secret }}
- name: kafka-ca
  secret: { secretName: {{ .tls.ca.secret | quote }}, defaultMode: 0440 }
{{- end }}
{{- if and .tls.enabled .tls.client.secret }}
- name: kafka-client
  secret: { secretName: {{ .tls.client.secret | quote }}, defaultMode: 0440 }
{{- end }}
{{- if and (eq .sasl.mechanism "oauthbearer") .sasl.oauth.audience }}
- name: kafka-token
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken: { audience: {{ .sasl.oauth.audience | quote }}, expirationSeconds: 3600, path: token }
{{- end }}
{{- end }}
{{- if $values.extraCa.secret }}
- name: extra-ca
  secret: { secretName: {{ $values.extraCa.secret | quote }}, defaultMode: 0440 }
{{- else if $values.extraCa.configMap }}
- name: extra-ca
  configMap: { name: {{ $values.extraCa.configMap | quote }} }
{{- end }}
{{- end -}}

{{- define "cd.connectionMounts" -}}
{{- $values := .root.Values -}}
{{- with .kafka }}
{{- if and .tls.enabled .tls.ca.secret }}
- { name: kafka-ca, mountPath: /etc/customer-dynamics/kafka-ca, readOnly: true }
{{- end }}
{{- if and .tls.enabled .tls.client.secret }}
- { name: kafka-client, mountPath: /etc/customer-dynamics/kafka-client, readOnly: true }
{{- end }}
{{- if and (eq .sasl.mechanism "oauthbearer") .sasl.oauth.audience }}
- { name: kafka-token, mountPath: /etc/customer-dynamics/kafka-token, readOnly: true }
{{- end }}
{{- end }}
{{- if or $values.extraCa.secret $values.extraCa.configMap }}
- { name: extra-ca, mountPath: /etc/customer-dynamics/extra-ca, readOnly: true }
{{- end }}
{{- end -}}

{{- define "cd.serviceMounts" -}}
{{- include "cd.connectionMounts" (dict "root" .root "kafka" .kafka) }}
{{- range $file, $ref := .service.files }}
- { name: file-{{ $file }}, mountPath: {{ $ref.mountPath | quote }}, readOnly: true }
{{- end }}
{{- if .service.disk.enabled }}
- { name: disk, mountPath: {{ required (printf "services.%s.disk.mountPath must be set" .name) .service.disk.mountPath | quote }} }
{{- end }}
{{- end -}}

{{- define "cd.serviceVolumes" -}}
{{- $name := .name -}}
{{- include "cd.connectionVolumes" (dict "root" .root "kafka" .kafka) }}
{{- range $file, $ref := .service.files }}
- name: file-{{ $file }}
  {{- if $ref.secret }}
  secret: { secretName: {{ $ref.secret | quote }}, defaultMode: 0440 }
  {{- else }}
  configMap: { name: {{ required (printf "services.%s.files.%s needs a secret or a configMap" $name $file) $ref.configMap | quote }} }
  {{- end }}
{{- end }}
{{- end -}}

{{- define "cd.extraCaEnv" -}}
{{- if or .Values.extraCa.secret .Values.extraCa.configMap }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/customer-dynamics/extra-ca/{{ .Values.extraCa.key }} }
{{- end }}
{{- end -}}

{{- define "cd.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "cd.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
{{- end -}}
