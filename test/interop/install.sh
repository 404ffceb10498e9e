#!/usr/bin/env bash
# Puts Exim, OpenSMTPD and sendmail where the tests find them: in build/interop/root, a root directory of their own; and
# installs the other clients.
#
# Debian lets only one of Postfix and these be installed, so the packages of the three others are unpacked
# without being installed: no service, no user and no file of theirs comes to the system, only libraries do. A test
# copies the folder, writes its own configuration into the copy and starts the program in it by chroot.
set -euo pipefail
cd "$(dirname "$0")/../.."

# libnet-ssleay-perl gives swaks its TLS, libsasl2-modules gives Postfix its AUTH.
clients=(swaks libnet-ssleay-perl postfix libsasl2-modules gsasl curl openssl python3)
unpacked=(exim4-daemon-light exim4-base opensmtpd sendmail-bin sendmail-cf m4)
folder=build/interop
root="$folder/root"

is_installed() { dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed; }

# Done before, and this script is no newer?
lacking=()
for package in "${clients[@]}"; do is_installed "$package" || lacking+=("$package"); done
if [ "${#lacking[@]}" -eq 0 ] && [ "$folder/ready" -nt "$0" ]; then exit 0; fi

apt-get update -q
for library in $(apt-cache depends "${unpacked[@]}" | sed -n 's/^ *|\?Depends: \(lib[a-z0-9.+-]*\)$/\1/p' | sort -u); do
  is_installed "$library" || lacking+=("$library")
done
if [ "${#lacking[@]}" -gt 0 ]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${lacking[@]}"
fi

rm -rf "$folder"
mkdir -p "$folder/packages" "$root"
# As root, because apt's own user may not write here.
(cd "$folder/packages" && apt-get -o APT::Sandbox::User=root download -q "${unpacked[@]}")
for package in "$folder"/packages/*.deb; do dpkg-deb -x "$package" "$folder/unpacked"; done

# Only what runs: the programs, OpenSMTPD's delivery agents, a shell for these, what makes sendmail.cf, and the libraries
# of all.
mkdir -p "$root"/{bin,dev,etc/mail,run,tmp,usr/bin,usr/libexec,usr/sbin,usr/share/sendmail,var/lib/opensmtpd/empty}
mkdir -p "$root"/var/{mail,run/sendmail/mta,spool/mqueue}
cp "$folder"/unpacked/usr/sbin/{exim4,smtpd,smtpctl} "$root/usr/sbin"
cp -r "$folder/unpacked/usr/libexec/opensmtpd" "$root/usr/libexec"
cp "$folder/unpacked/usr/libexec/sendmail/sendmail" "$root/usr/sbin"
cp "$folder/unpacked/usr/bin/m4" "$root/usr/bin"
cp -L /bin/sh "$root/bin/sh"
libraries=$(find "$root" -type f -perm -u+x -exec ldd {} \;)
if grep "not found" <<<"$libraries"; then
  echo "Libraries of Exim, OpenSMTPD or sendmail are missing." >&2
  exit 1
fi
grep -o '/[^ ]*' <<<"$libraries" | sort -u | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
cp -r "$folder/unpacked/usr/share/sendmail/cf" "$root/usr/share/sendmail"
# Nothing here needs another's rights, and OpenSMTPD wants its empty folder to be nobody else's.
chmod -R u-s,g-s "$root"
chmod 1777 "$root/tmp"
chmod 711 "$root/var/lib/opensmtpd/empty"

rm -rf "$folder/unpacked" "$folder/packages"
touch "$folder/ready"
